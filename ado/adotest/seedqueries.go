package adotest

import (
	"iter"
	"maps"
	"strings"
)

func keysOf[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// fiberQueries are the shared queries that a person would look for.
func (s *seeder) fiberQueries() {
	s.query(Query{Name: "Launch bugs", Folder: "Launch", Filter: tagged("launch-bug")})
	s.query(Query{Name: "Launch bugs (open)", Folder: "Launch", Filter: func(it Item) bool {
		return it.HasTag("launch-bug") && it.State != "Closed" && it.State != "Removed"
	}})
	s.query(Query{Name: "Launch scope", Folder: "Launch", Kind: Tree, Filter: tagged("launch-scope")})
	s.query(Query{Name: "Q3 launch work", Folder: "Launch/Q3", Filter: func(it Item) bool {
		return it.HasTag("launch-scope") && (it.Type == "User Story" || it.Type == "Task")
	}})
	s.query(Query{Name: "Q3 launch work", Folder: "Archive/2025", Filter: func(it Item) bool { return it.HasTag("launch") && it.ID%4 == 0 }})
	s.query(Query{Name: "Blocked by", Folder: "Launch", Kind: OneHop, Filter: tagged("blocker")})
	s.query(Query{Name: "Launch stories", Folder: "Launch", Filter: func(it Item) bool { return it.HasTag("launch-scope") && it.Type == "User Story" }})
	s.query(Query{Name: "Assigned to me", FilterFor: func(u User, it Item) bool { return strings.EqualFold(it.AssignedTo, u.OID) }})
	s.query(Query{Name: "All launch work in contoso", CrossProject: true, Filter: tagged("launch")})
}

// oddQueries are the ones that break a careless program.
func (s *seeder) oddQueries() {
	s.query(Query{Name: "Empty query", Folder: "Launch", Filter: func(Item) bool { return false }})
	s.query(Query{Name: "Everything ever", Filter: func(Item) bool { return true }, Extra: 20_500})
	s.query(Query{Name: "Old launch plan", Folder: "Archive/2025", Deleted: true, Filter: tagged("launch")})
	s.query(Query{Name: "Launch area that moved", Folder: "Launch", InvalidSyntax: true})
	s.query(Query{Name: `Launch **bold** <b>html</b> [x](y) 🚀`, Folder: "Launch/Odd names", Filter: tagged("launch-bug")})
	s.query(Query{Name: "أخطاء الإطلاق (launch)", Folder: "Launch/Odd names", Filter: tagged("launch-bug")})
	s.query(Query{Name: ("Launch query with a name of the greatest length " + strings.Repeat("and so on ", 30))[:255], Folder: "Launch/Odd names", Filter: tagged("launch-bug")})
	s.query(Query{Name: "Launch secrets", Folder: "Launch", Filter: tagged("launch"), VisibleTo: s.staff[:min(1, len(s.staff))]})
}

// privateQueries gives the first two of the staff a query of their own.
func (s *seeder) privateQueries() {
	for i, oid := range s.staff[:min(2, len(s.staff))] {
		name := []string{"My launch scratch", "Private launch list"}[i]
		s.query(Query{Name: name, Owner: oid, Filter: tagged("launch-bug")})
	}
}

// payments seeds the Scrum project Payments.
func (s *seeder) payments() {
	s.open(OrgContoso, Project{Name: ProjectPay, Types: Scrum()})
	tags := []string{"launch", "checkout", StoryTag}
	epic := s.add(Item{Type: "Epic", State: "In Progress", Title: "One-click checkout", Tags: tags})
	states := []string{"Done", "Committed", "Approved", "New", "Done"}
	for f, name := range []string{"Saved cards", "Express refunds"} {
		feature := s.add(Item{Type: "Feature", State: "In Progress", Title: name, Parent: epic, Tags: tags})
		for i, verb := range []string{"Store", "Show", "Change", "Delete", "Audit"} {
			id := s.add(Item{
				Type: "Product Backlog Item", State: states[(i+f)%5], Parent: feature, Tags: tags,
				Title: verb + " " + strings.ToLower(name), Fields: map[string]any{FieldEffort: float64(1 + i*2)},
			})
			s.add(Item{Type: "Task", State: []string{"Done", "In Progress", "To Do"}[i%3], Parent: id, Tags: tags, Title: "Build: " + strings.ToLower(verb+" "+name), Fields: hours(i)})
		}
	}
	for i, title := range []string{"Refund is booked twice", "Card number shown in full", "Receipt lacks VAT", "Timeout on 3-D Secure", "Wrong currency symbol", "Duplicate of the receipt bug"} {
		s.add(Item{Type: "Bug", State: []string{"Done", "Committed", "New", "Approved", "Done", "Removed"}[i], Tags: tags, Title: title})
	}
	s.paymentQueries()
}

func (s *seeder) paymentQueries() {
	s.query(Query{Name: "Checkout backlog", Folder: "Checkout", Filter: func(it Item) bool {
		return it.HasTag("checkout") && (it.Type == "Product Backlog Item" || it.Type == "Bug")
	}})
	s.query(Query{Name: "Checkout roadmap", Folder: "Checkout", Kind: Tree, Filter: func(it Item) bool { return it.HasTag("checkout") && it.Type != "Bug" }})
	s.query(Query{Name: "Payment bugs", Folder: "Checkout", Filter: func(it Item) bool { return it.Type == "Bug" }})
	s.query(Query{Name: "All launch work in contoso", CrossProject: true, Filter: tagged("launch")})
}

// elsewhere seeds small projects in the other organizations.
func (s *seeder) elsewhere() {
	types := Agile()
	for i := range types {
		types[i].OmitStates = true
	}
	s.open(OrgFabrikam, Project{Name: ProjectChain, Types: types})
	for i, title := range []string{"Suppliers confirm orders", "Trucks report position", "Warehouse counts by scan", "Orders merge by route"} {
		s.add(Item{Type: "User Story", State: []string{"Closed", "Active", "New"}[i%3], Title: title, Tags: []string{"pilot", StoryTag}, Fields: map[string]any{FieldStoryPoints: float64(2 + i)}})
	}
	s.query(Query{Name: "Pilot stories", Filter: tagged("pilot")})
	s.localized()
	s.open(OrgForeign, Project{Name: "Traders", Types: Agile()})
	s.query(Query{Name: "Foreign work", Filter: func(Item) bool { return true }})
}

// localized seeds a project whose types and states have names of their own, and
// one item in a state that the process no longer knows.
func (s *seeder) localized() {
	s.open(OrgFabrikam, Project{Name: ProjectLocal, SharedRoot: "共享查询", PrivateRoot: "我的查询", Types: []Type{
		kind("任务", "Task", "A4880A", "icon_clipboard", proposed("新建"), progress("进行中"), completed("已完成"), removed("已删除")),
	}})
	for i, state := range []string{"新建", "进行中", "已完成", "已完成", "待验收"} {
		s.add(Item{Type: "任务", State: state, Title: "任务 " + itoa(i+1), Tags: []string{"本地"}})
	}
	s.query(Query{Name: "全部任务", Filter: tagged("本地")})
}
