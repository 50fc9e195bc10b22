package adotest

import (
	"cmp"
	"time"
)

// Ids and names of the demo world.
const (
	TenantID        = "6f1b6a3e-0d0a-4a54-9d3a-1f6c2b7e9a01"
	ForeignTenantID = "c7d3f1a8-52b4-4f0e-8a6b-0e9d4b7a1c02"
	AlexOID         = "0a1b2c3d-0000-4000-8000-000000000020"
	MeganOID        = "0a1b2c3d-0000-4000-8000-000000000021"
	AdeleOID        = "0a1b2c3d-0000-4000-8000-000000000022"
	LeeOID          = "0a1b2c3d-0000-4000-8000-000000000023"
	ForeignOID      = "0a1b2c3d-0000-4000-8000-000000000099"

	// The service principal okr-reader reads the organization contoso.
	ReaderName     = "okr-reader"
	ReaderClientID = "5ec2e7a1-0000-4000-8000-0000000000a1"
	ReaderSecret   = "rdr8Q~an-open-secret-of-the-demo-world" // nothing real takes it

	OrgContoso   = "contoso"
	OrgFabrikam  = "fabrikam"
	OrgDisabled  = "contoso-archive" // listed as disabled
	OrgForeign   = "northwind"       // connected to ForeignTenantID
	ProjectFiber = "Fabrikam Fiber"  // Agile, in contoso
	ProjectPay   = "Payments"        // Scrum, in contoso
	ProjectChain = "Supply Chain"    // Agile, in fabrikam; its type list has no states
	ProjectLocal = "任务板"             // localized names, in fabrikam
)

// Role is what a person of the demo world may do.
type Role int

// The roles of the demo world.
const (
	FullRights   Role = iota // member of contoso, fabrikam and contoso-archive
	PaymentsOnly             // of contoso the project Payments
	NoMember                 // of no organization
)

// Person is a user to seed; an empty field takes the default person's value.
type Person struct {
	OID, Name, UPN string
	Role           Role
}

// World says for whom to seed. The zero value is the default world.
type World struct {
	Tenant string   // empty means TenantID
	Users  []Person // nil means DefaultPeople
}

// DefaultPeople are Alex and Megan with full rights, Adele who sees Payments
// only, and Lee who is a member of no organization.
func DefaultPeople() []Person {
	return []Person{
		{AlexOID, "Alex Wilber", "alexw@contoso.example", FullRights},
		{MeganOID, "Megan Bowen", "meganb@contoso.example", FullRights},
		{AdeleOID, "Adele Vance", "adelev@contoso.example", PaymentsOnly},
		{LeeOID, "Lee Gu", "leeg@contoso.example", NoMember},
	}
}

// Seed fills an empty cloud with the demo world: the users, a user of another
// tenant, the service principal okr-reader, the organizations contoso, fabrikam, contoso-archive (disabled) and
// northwind (of the other tenant), and their projects, items and queries.
func (c *Cloud) Seed(w World) error {
	w.Tenant = cmp.Or(w.Tenant, TenantID)
	if w.Users == nil {
		w.Users = DefaultPeople()
	}
	for _, p := range w.Users {
		c.AddUser(User{OID: p.OID, Tenant: w.Tenant, Name: p.Name, UPN: cmp.Or(p.UPN, p.OID+"@contoso.example"), Access: p.Role.access()})
	}
	c.AddUser(User{
		OID: ForeignOID, Tenant: ForeignTenantID, Name: "Isaiah Langer", UPN: "isaiahl@northwind.example",
		Access: []Access{{Organization: OrgForeign}, {Organization: OrgContoso}},
	})
	for _, o := range []Organization{{Name: OrgContoso}, {Name: OrgFabrikam}, {Name: OrgDisabled, Disabled: true}, {Name: OrgForeign, Tenant: ForeignTenantID}} {
		o.Tenant = cmp.Or(o.Tenant, w.Tenant)
		c.AddOrganization(o)
	}
	c.AddPrincipal(Principal{
		ClientID: ReaderClientID, Tenant: w.Tenant, Name: ReaderName, Secrets: []ClientSecret{{Value: ReaderSecret}},
		Access: []Access{{Organization: OrgContoso}},
	})
	s := &seeder{c: c, start: c.now().UTC().Truncate(time.Minute)}
	for _, p := range w.Users {
		if p.Role == FullRights {
			s.staff = append(s.staff, p.OID)
		}
	}
	s.fiber()
	s.payments()
	s.elsewhere()
	return s.err
}

func (r Role) access() []Access {
	switch r {
	case FullRights:
		return []Access{{Organization: OrgContoso}, {Organization: OrgFabrikam}, {Organization: OrgDisabled}}
	case PaymentsOnly:
		return []Access{{Organization: OrgContoso, Projects: []string{ProjectPay}}}
	}
	return nil
}

// seeder fills one project after the other and keeps the first error.
type seeder struct {
	c            *Cloud
	org, project string
	staff        []string // who gets work assigned, in turn
	start        time.Time
	err          error
}

func (s *seeder) open(org string, p Project) {
	s.org, s.project = org, p.Name
	_, err := s.c.AddProject(org, p)
	s.keep(err)
}

func (s *seeder) keep(err error) {
	if s.err == nil {
		s.err = err
	}
}

// add adds an item; every third is unassigned, dates spread over the past.
func (s *seeder) add(it Item) int {
	n := s.c.countItems(s.org, s.project)
	if n%3 != 2 && len(s.staff) > 0 {
		it.AssignedTo = s.staff[n%len(s.staff)]
	}
	it.Created = s.start.AddDate(0, 0, -40).Add(time.Duration(n) * time.Hour)
	it.Changed = it.Created.Add(time.Duration(n%17) * 24 * time.Hour)
	it.Rev = 1 + n%5
	out, err := s.c.AddItem(s.org, s.project, it)
	s.keep(err)
	return out.ID
}

func (s *seeder) query(q Query) {
	q.Modified = s.start.AddDate(0, 0, -20)
	_, err := s.c.AddQuery(s.org, s.project, q)
	s.keep(err)
}

// tagged is the filter of most seeded queries.
func tagged(tag string) func(Item) bool { return func(it Item) bool { return it.HasTag(tag) } }
