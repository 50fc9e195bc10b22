package okrtest

import (
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the thumbprint that the portal shows
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/adosource"
)

// MachineIdentity is the client id of the managed identity of a world's machine, see
// [World.GiveMachine].
const MachineIdentity = "77777777-2222-4333-8444-000000000001"

const machineHeader = "header-of-the-machine"

// GiveMachine gives okrbot's machine a managed identity, okrbot-identity, which reads
// contoso, and which the application okr-reader trusts.
func (w *World) GiveMachine() {
	w.T.Helper()
	w.Cloud.AddPrincipal(adotest.Principal{
		ClientID: MachineIdentity, Tenant: adotest.TenantID, Name: "okrbot-identity", Access: []adotest.Access{{Organization: adotest.OrgContoso}},
	})
	w.Cloud.SetMachine(adotest.Machine{Assigned: []string{MachineIdentity}, Header: machineHeader})
	require.True(w.T, w.Cloud.TrustMachine(adotest.ReaderName, "okrbot-identity"))
	w.Source.HomeTenant = Contoso
	w.Source.Identity = w.identityToken
	w.Source.Federation = func(ctx context.Context) (string, error) {
		t, err := w.identityToken(ctx, "", adotest.TokenExchange)
		return t.Token.Reveal(), err
	}
}

// identityToken asks the endpoint of App Service.
func (w *World) identityToken(ctx context.Context, clientID, resource string) (adosource.IdentityToken, error) {
	q := url.Values{"api-version": {"2019-08-01"}, "resource": {resource}}
	if clientID != "" {
		q.Set("client_id", clientID)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.Cloud.IdentityEndpoint()+"?"+q.Encode(), http.NoBody)
	if err != nil {
		return adosource.IdentityToken{}, fmt.Errorf("identity endpoint: %w", err)
	}
	req.Header.Set("X-Identity-Header", machineHeader)
	resp, err := w.Server.Client().Do(req)
	if err != nil {
		return adosource.IdentityToken{}, fmt.Errorf("identity endpoint: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusBadRequest {
		return adosource.IdentityToken{}, adosource.ErrNoIdentity
	}
	var body struct {
		Token    string `json:"access_token"`
		ClientID string `json:"client_id"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&body); err != nil || resp.StatusCode != http.StatusOK {
		return adosource.IdentityToken{}, fmt.Errorf("identity endpoint: status %d", resp.StatusCode)
	}
	return adosource.IdentityToken{Token: okr.Secret(body.Token), ClientID: body.ClientID, Life: time.Hour}, nil
}

// ReaderBy is an application as an admin enters it, with a proof of the kind that the world
// takes: okr-reader of the demo world, or the identity of the machine.
func (w *World) ReaderBy(kind okr.ApplicationKind) okr.Credential {
	w.T.Helper()
	a := &okr.Application{Name: adotest.ReaderName, Kind: kind, AddedBy: Alex.Person}
	account := okr.Account{TenantID: string(Contoso), ObjectID: adotest.ReaderClientID, Name: a.Name, UserName: "the application " + a.Name}
	switch kind {
	case okr.BySecret:
		a.Proof = adotest.ReaderSecret
	case okr.ByCertificate:
		cert, proof := w.Certificate(w.Now().AddDate(0, 0, -1), w.Now().AddDate(1, 0, 0))
		require.True(w.T, w.Cloud.UpdatePrincipal(adotest.ReaderName, func(p *adotest.Principal) { p.Certificates = append(p.Certificates, cert) }))
		a.Proof, a.Ends = proof, cert.NotAfter
		sum := sha1.Sum(cert.Raw) //nolint:gosec // see above
		a.Thumbprint = strings.ToUpper(hex.EncodeToString(sum[:]))
	case okr.ByFederation:
		w.GiveMachine()
	case okr.ByMachine:
		w.GiveMachine()
		account.ObjectID = MachineIdentity
	}
	owner := okr.TheOrganization().ID
	return okr.Credential{ID: okr.CredentialIDFor(owner, account), Owner: owner, Account: account, Application: a, SignedInAt: w.Now()}
}

// ApplicationKinds are all kinds of proof.
func ApplicationKinds() []okr.ApplicationKind {
	return []okr.ApplicationKind{okr.BySecret, okr.ByCertificate, okr.ByFederation, okr.ByMachine}
}

// Certificate makes a certificate over the signing key of the worlds, and both as PEM.
func (w *World) Certificate(from, until time.Time) (*x509.Certificate, okr.Secret) {
	w.T.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(w.T, err)
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "okr-reader"}, NotBefore: from, NotAfter: until}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &SigningKey().PublicKey, SigningKey())
	require.NoError(w.T, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(w.T, err)
	key, err := x509.MarshalPKCS8PrivateKey(SigningKey())
	require.NoError(w.T, err)
	return cert, okr.Secret(slices.Concat(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
}

// AddReader keeps an application that was proved.
func (w *World) AddReader(kind okr.ApplicationKind) okr.Access {
	w.T.Helper()
	c, err := w.Source.Prove(w.T.Context(), w.ReaderBy(kind))
	require.NoError(w.T, err)
	require.NoError(w.T, w.Store.SaveCredential(w.T.Context(), Contoso, c))
	return okr.Access{Tenant: Contoso, Credential: c.ID}
}
