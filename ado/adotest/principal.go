package adotest

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Principal is a service principal: an application that acts for itself in a tenant. It
// signs in by client credentials only, and opens the organizations that it was added to
// (Microsoft Learn, "Use service principals and managed identities in Azure DevOps").
type Principal struct {
	ClientID     string // of the app registration
	OID          string // of the enterprise application; empty derives one
	Tenant       string
	Name         string
	Secrets      []ClientSecret
	Certificates []*x509.Certificate // their public part, as registered
	Federations  []Federation
	Disabled     bool // "Enabled for users to sign in" is No
	Blocked      bool // by conditional access for workload identities
	Access       []Access
}

// ClientSecret is one of an app registration, which may have several.
type ClientSecret struct {
	Value string
	Ends  time.Time // zero: never
}

// Licence is the access level in an organization. The zero value is Basic.
type Licence string

// The access levels. Stakeholders read work items and run queries too.
const (
	Basic       Licence = ""
	Stakeholder Licence = "stakeholder"
	Unlicensed  Licence = "none"
)

// AddPrincipal adds or replaces a service principal and its registration, found by
// client id and tenant.
func (c *Cloud) AddPrincipal(p Principal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addPrincipal(p)
}

func (c *Cloud) addPrincipal(p Principal) {
	p.OID = cmp.Or(p.OID, guidOf("principal", p.Tenant, p.ClientID))
	key := strings.ToLower(p.ClientID)
	app := c.apps[key]
	app.ClientID, app.Name, app.Tenant = p.ClientID, p.Name, p.Tenant
	if slices.ContainsFunc(c.users, func(u *User) bool {
		return strings.EqualFold(u.Client, p.ClientID) && !strings.EqualFold(u.Tenant, p.Tenant)
	}) {
		app.Tenant = "" // it is in several tenants
	}
	app.Secrets, app.Certificates, app.Federations = slices.Clone(p.Secrets), slices.Clone(p.Certificates), slices.Clone(p.Federations)
	c.apps[key] = app
	u := &User{
		OID: p.OID, Tenant: p.Tenant, Name: p.Name, UPN: p.Tenant + `\` + p.OID, Disabled: p.Disabled,
		Access: slices.Clone(p.Access), Client: p.ClientID, Blocked: p.Blocked,
	}
	if old := c.principal(p.ClientID, p.Tenant); old != nil {
		*old = *u
		return
	}
	c.users = append(c.users, u)
}

// Principal is a service principal by client id or name.
func (c *Cloud) Principal(name string) (Principal, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.findPrincipal(name)
	if u == nil {
		return Principal{}, false
	}
	return c.describe(u), true
}

// Principals are all service principals in the order they were added.
func (c *Cloud) Principals() []Principal {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := []Principal{}
	for _, u := range c.users {
		if u.Client != "" {
			out = append(out, c.describe(u))
		}
	}
	return out
}

func (c *Cloud) describe(u *User) Principal {
	app := c.apps[strings.ToLower(u.Client)]
	return Principal{
		ClientID: u.Client, OID: u.OID, Tenant: u.Tenant, Name: u.Name, Disabled: u.Disabled, Blocked: u.Blocked,
		Secrets: slices.Clone(app.Secrets), Certificates: slices.Clone(app.Certificates), Federations: slices.Clone(app.Federations),
		Access: slices.Clone(u.Access),
	}
}

// UpdatePrincipal changes a service principal, found by client id or name, and reports
// whether it is known. Its ids and tenant stay.
func (c *Cloud) UpdatePrincipal(name string, change func(*Principal)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.findPrincipal(name)
	if u == nil {
		return false
	}
	p := c.describe(u)
	change(&p)
	p.ClientID, p.OID, p.Tenant = u.Client, u.OID, u.Tenant
	c.addPrincipal(p)
	return true
}

// RemovePrincipal deletes a service principal and its registration: tokens that it has
// open nothing any more, and Entra answers AADSTS700016.
func (c *Cloud) RemovePrincipal(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.findPrincipal(name)
	if u == nil {
		return false
	}
	delete(c.apps, strings.ToLower(u.Client))
	c.users = slices.DeleteFunc(c.users, func(o *User) bool { return o == u })
	return true
}

// FailApplication makes every token that the application asks for end in the error
// until AllowApplication.
func (c *Cloud) FailApplication(name string, e EntraError) bool {
	p, ok := c.Principal(name)
	if ok {
		c.FailRefresh(p.OID, e)
	}
	return ok
}

// AllowApplication takes FailApplication back.
func (c *Cloud) AllowApplication(name string) {
	if p, ok := c.Principal(name); ok {
		c.AllowRefresh(p.OID)
	}
}

// principal is that of an application in a tenant; nil: none.
func (c *Cloud) principal(client, tenant string) *User {
	for _, u := range c.users {
		if u.Client != "" && strings.EqualFold(u.Client, client) && strings.EqualFold(u.Tenant, tenant) {
			return u
		}
	}
	return nil
}

func (c *Cloud) findPrincipal(name string) *User {
	for _, u := range c.users {
		if u.Client != "" && (strings.EqualFold(u.Client, name) || strings.EqualFold(u.Name, name)) {
			return u
		}
	}
	return nil
}

// licence reads one by its name.
func licence(name string) (Licence, error) {
	switch l := Licence(strings.ToLower(name)); l {
	case Basic, Stakeholder, Unlicensed:
		return l, nil
	case "basic":
		return Basic, nil
	}
	return "", fmt.Errorf("licence %q: none, stakeholder or basic", name)
}

// errNoPrincipal says that a name is that of no service principal.
var errNoPrincipal = errors.New("unknown application")
