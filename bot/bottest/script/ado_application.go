package script

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the thumbprint that the portal shows
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"okrbot/ado/adotest"
)

// cmdEntra is what an administrator of Microsoft Entra and of Azure DevOps does with the
// applications that read there.
func (w *World) cmdEntra(_ bool, args []string) error {
	if len(args) < 2 {
		return errors.New("entra WHAT APPLICATION")
	}
	verb, name, args := args[0], args[1], append(args[2:], "", "", "")
	switch verb {
	case "add":
		w.Azure.AddPrincipal(adotest.Principal{ClientID: args[0], Tenant: cmp.Or(args[1], adotest.TenantID), Name: name})
		return nil
	case "secret":
		return w.addSecret(name, args[0], args[1])
	case "certificate":
		return w.registerCertificate(name, args[0])
	case "machine":
		return w.setMachine(name)
	case "trust":
		if !w.Azure.TrustMachine(name, args[0]) {
			return fmt.Errorf("%s does not trust %s", name, args[0])
		}
		return nil
	case "delete":
		return known(name, w.Azure.RemovePrincipal(name))
	}
	return known(name, w.Azure.UpdatePrincipal(name, func(p *adotest.Principal) { changePrincipal(p, verb, args) }))
}

func known(name string, ok bool) error {
	if !ok {
		return fmt.Errorf("no application %q, or nothing to change", name)
	}
	return nil
}

func changePrincipal(p *adotest.Principal, verb string, args []string) {
	member := func(a adotest.Access) bool { return a.Organization == args[0] }
	switch verb {
	case "drop-secret":
		p.Secrets = slices.DeleteFunc(p.Secrets, func(s adotest.ClientSecret) bool { return s.Value == args[0] })
	case "drop-certificates":
		p.Certificates = nil
	case "allow": // ORGANIZATION [PROJECT] [LICENCE]
		a := adotest.Access{Organization: args[0], Licence: adotest.Licence(args[2])}
		if args[1] != "" {
			a.Projects = []string{args[1]}
		}
		p.Access = append(slices.DeleteFunc(p.Access, member), a)
	case "expel":
		p.Access = slices.DeleteFunc(p.Access, member)
	case "block", "unblock":
		p.Blocked = verb == "block"
	}
}

// addSecret registers a secret, which ends after a time if one is given.
func (w *World) addSecret(name, value, life string) error {
	s := adotest.ClientSecret{Value: value}
	if life != "" {
		d, err := time.ParseDuration(life)
		if err != nil {
			return err
		}
		s.Ends = w.Clock.Now().Add(d)
	}
	return known(name, w.Azure.UpdatePrincipal(name, func(p *adotest.Principal) { p.Secrets = append(p.Secrets, s) }))
}

// setMachine makes an application the managed identity of the machine that okrbot runs on,
// and starts okrbot anew there.
func (w *World) setMachine(name string) error {
	p, ok := w.Azure.Principal(name)
	if ok {
		w.Azure.SetMachine(adotest.Machine{Assigned: []string{p.ClientID}, Own: p.ClientID, Header: machineHeader})
	}
	if err := known(name, ok); err != nil {
		return err
	}
	if w.Env == nil {
		w.Env = map[string]string{}
	}
	w.Env["IDENTITY_ENDPOINT"], w.Env["IDENTITY_HEADER"] = w.Azure.IdentityEndpoint(), machineHeader
	return w.cmdRestart(false, nil)
}

// machineHeader is the secret of the identity endpoint.
const machineHeader = "script-identity-header"

// registerCertificate uploads the certificate of a file to an application.
func (w *World) registerCertificate(name, file string) error {
	raw, err := os.ReadFile(filepath.Join(w.Dir, file))
	if err != nil {
		return err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return fmt.Errorf("%s holds no PEM", file)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	return known(name, w.Azure.UpdatePrincipal(name, func(p *adotest.Principal) { p.Certificates = append(p.Certificates, cert) }))
}

// cmdMakeCertificate makes a certificate with its key: NAME.pem, NAME.pfx with a password, and
// NAME.crt without the key. Its arguments are NAME LIFE [PASSWORD] [ec].
func (w *World) cmdMakeCertificate(_ bool, args []string) error {
	if len(args) < 2 {
		return errors.New("makecert NAME LIFE [PASSWORD]")
	}
	life, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	var signer any = key
	if len(args) > 3 && args[3] == "ec" {
		if signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return err
		}
	}
	cert, err := w.certificate(args[0], signer, life)
	if err != nil {
		return err
	}
	password := ""
	if len(args) > 2 {
		password = args[2]
	}
	return w.writeCertificate(args[0], password, signer, cert)
}

func (w *World) certificate(name string, key any, life time.Duration) (*x509.Certificate, error) {
	now := w.Clock.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(min(-time.Hour, life-time.Hour)), NotAfter: now.Add(life), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, publicKey(key), key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(raw)
}

func publicKey(key any) any {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return &k.PublicKey
	case *ecdsa.PrivateKey:
		return &k.PublicKey
	}
	return nil
}

func (w *World) writeCertificate(name, password string, key any, cert *x509.Certificate) error {
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	both := append(slices.Clone(public), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	pfx, err := pkcs12.Modern.Encode(key, cert, nil, password)
	if err != nil {
		return err
	}
	sum := sha1.Sum(cert.Raw) //nolint:gosec // the thumbprint that the portal shows
	for ending, content := range map[string][]byte{"crt": public, "pem": both, "pfx": pfx, "thumbprint": []byte(strings.ToUpper(hex.EncodeToString(sum[:])))} {
		if err := os.WriteFile(filepath.Join(w.Dir, name+"."+ending), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
