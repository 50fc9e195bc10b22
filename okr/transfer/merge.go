package transfer

import (
	"maps"
	"slices"

	"okrbot/okr"
)

// merged is what becomes of a goal that came before when it comes again.
type merged struct {
	goal      okr.Goal
	fields    map[string]string // hashes to remember
	taken     []string          // fields that only the source changed
	conflicts []string          // fields that were changed on both sides
	differs   bool              // the goal is to be written
}

// merge compares field by field what the source says now, what it said when the goal was
// last imported, and what the goal has here. What only the source changed is taken; what
// both changed stays as it is here, and so does an objective that would stand below itself:
// stands says whether the goal stands above another one.
func (d *draft) merge(n *node, was okr.ImportedGoal, g, parent okr.Goal, stands func(below okr.Goal) (bool, error)) (merged, error) {
	fresh := n.goal
	fresh.ID, fresh.Parent, fresh.Tasks = g.ID, parent.ID, withIDs(fresh.Tasks, g.Tasks)
	fresh.Below(parent)
	m := merged{goal: g, fields: maps.Clone(was.Fields)}
	there, err := okr.FieldHashes(fresh)
	if err != nil {
		return m, err
	}
	here, err := okr.FieldHashes(g)
	if err != nil {
		return m, err
	}
	if m.fields == nil {
		m.fields = map[string]string{}
	}
	isRound := false
	if parent.ID != g.Parent && g.Kind == okr.Objective {
		if isRound, err = stands(parent); err != nil {
			return m, err
		}
	}
	isEnded := !g.IsOpen() && here["status"] != was.Fields["status"]
	for _, id := range fieldsOf(there, was.Fields) {
		isMeasured := id == "value" && g.Binding != nil // the query gives it
		switch before := was.Fields[id]; {
		case there[id] == before:
			continue
		case here[id] == there[id] || isMeasured:
		case len(was.Fields) == 0 && (here[id] == "" || id == "status"):
			// made here and exported: what was emptied since stays empty, and who closed it when is in no export
		case g.Kind != fresh.Kind || isEnded || isRound && id == "parent" || here[id] != before:
			m.conflicts = append(m.conflicts, id)
			continue
		default:
			m.taken = append(m.taken, id)
		}
		setOrDelete(m.fields, id, there[id])
	}
	return m, d.apply(&m, fresh, was)
}

// withIDs are tasks of the source with the ids that those of the same titles have here: an
// export gives them other ones.
func withIDs(tasks, here []okr.Task) []okr.Task {
	has := func(list []okr.Task, id string) bool {
		return slices.ContainsFunc(list, func(t okr.Task) bool { return t.ID == id })
	}
	free := map[string][]string{}
	for _, t := range here {
		if !has(tasks, t.ID) {
			free[t.Title] = append(free[t.Title], t.ID)
		}
	}
	out := slices.Clone(tasks)
	for i, t := range out {
		if ids := free[t.Title]; len(ids) > 0 && !has(here, t.ID) {
			out[i].ID, free[t.Title] = ids[0], ids[1:]
		}
	}
	return out
}

func fieldsOf(maps ...map[string]string) []string {
	var ids []string
	for _, m := range maps {
		for id := range m {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func setOrDelete(m map[string]string, id, hash string) {
	if hash == "" {
		delete(m, id)
	} else {
		m[id] = hash
	}
}

// apply puts into the goal what is taken. What does not fit what was changed here stays
// as it is here, all of it.
func (d *draft) apply(m *merged, fresh okr.Goal, was okr.ImportedGoal) error {
	g := m.goal
	if len(m.taken) > 0 {
		if err := okr.TakeFields(&g, fresh, m.taken, d.imported.By, d.now); err != nil {
			return err
		}
		if g.Validate() != nil {
			m.conflicts, m.taken, m.fields = append(m.conflicts, m.taken...), nil, was.Fields
			g = m.goal
		}
	}
	m.differs = len(m.taken) > 0
	if last := fresh.LastCheckIn; last != nil && (g.LastCheckIn == nil || g.LastCheckIn.At.Before(last.At)) {
		mark := *last
		mark.ID = checkInID(g.ID, string(last.ID))
		g.LastCheckIn, m.differs = &mark, true
	}
	m.goal = g
	return nil
}
