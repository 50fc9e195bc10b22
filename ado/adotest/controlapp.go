package adotest

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// ApplicationOrder is a [Principal] for those who have only curl.
type ApplicationOrder struct {
	ClientID     string        `json:"clientId"`
	Name         string        `json:"name"`
	Tenant       string        `json:"tenant"` // empty: [TenantID]
	Secrets      []SecretOrder `json:"secrets,omitempty"`
	Certificates []string      `json:"certificates,omitempty"` // as PEM
	Disabled     bool          `json:"disabled"`
	Blocked      bool          `json:"blocked"` // by conditional access for workload identities
	Access       []AccessOrder `json:"access"`
}

// SecretOrder is a [ClientSecret].
type SecretOrder struct {
	Value string    `json:"value"`
	Ends  time.Time `json:"ends,omitzero"`
}

// AccessOrder is an [Access].
type AccessOrder struct {
	Organization string   `json:"organization"`
	Licence      string   `json:"licence"`            // none, stakeholder or basic; empty: basic
	Projects     []string `json:"projects,omitempty"` // empty: every one
}

// Principal is what the order describes. The error is about a bad id, licence or
// certificate.
func (o ApplicationOrder) Principal() (Principal, error) {
	p := Principal{ClientID: o.ClientID, Name: o.Name, Tenant: o.Tenant, Disabled: o.Disabled, Blocked: o.Blocked}
	if p.Tenant == "" {
		p.Tenant = TenantID
	}
	if !isGUID(p.ClientID) || !isGUID(p.Tenant) || strings.TrimSpace(p.Name) == "" {
		return p, fmt.Errorf("an application has a clientId and a tenant, each a GUID, and a name")
	}
	for _, s := range o.Secrets {
		p.Secrets = append(p.Secrets, ClientSecret(s))
	}
	for _, text := range o.Certificates {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			return p, fmt.Errorf("a certificate is no PEM")
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return p, fmt.Errorf("certificate: %w", err)
		}
		p.Certificates = append(p.Certificates, cert)
	}
	for _, a := range o.Access {
		l, err := licence(a.Licence)
		if err != nil {
			return p, err
		}
		p.Access = append(p.Access, Access{Organization: a.Organization, Projects: a.Projects, Licence: l})
	}
	return p, nil
}

// orderOf is how a service principal is shown: its secrets only by their ends.
func orderOf(p Principal) ApplicationOrder {
	o := ApplicationOrder{ClientID: p.ClientID, Name: p.Name, Tenant: p.Tenant, Disabled: p.Disabled, Blocked: p.Blocked}
	for _, s := range p.Secrets {
		o.Secrets = append(o.Secrets, SecretOrder{Ends: s.Ends})
	}
	for _, cert := range p.Certificates {
		o.Certificates = append(o.Certificates, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})))
	}
	for _, a := range p.Access {
		o.Access = append(o.Access, AccessOrder{Organization: a.Organization, Licence: string(a.Licence), Projects: a.Projects})
	}
	return o
}

func (c *Cloud) controlApplications(w http.ResponseWriter, _ *http.Request) {
	rows := []ApplicationOrder{}
	for _, p := range c.Principals() {
		rows = append(rows, orderOf(p))
	}
	reply(w, rows, nil)
}

func (c *Cloud) controlApplication(w http.ResponseWriter, r *http.Request) {
	var o ApplicationOrder
	err := readOrder(r, &o)
	var p Principal
	if err == nil {
		p, err = o.Principal()
	}
	if err == nil {
		if old, ok := c.Principal(p.ClientID); ok {
			p.OID, p.Federations = old.OID, old.Federations
		}
		c.AddPrincipal(p)
	}
	reply(w, orderOf(p), err)
}

func (c *Cloud) controlRemove(w http.ResponseWriter, r *http.Request) {
	var err error
	if !c.RemovePrincipal(r.PathValue("application")) {
		err = errNoPrincipal
	}
	reply(w, struct{}{}, err)
}

func (c *Cloud) controlMachine(w http.ResponseWriter, r *http.Request) {
	var m Machine
	err := readOrder(r, &m)
	if err == nil {
		c.SetMachine(m)
	}
	reply(w, struct{}{}, err)
}

func readOrder(r *http.Request, into any) error {
	in := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	in.DisallowUnknownFields()
	return in.Decode(into)
}
