package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs of a project's checklist.
const (
	VerbTasks     = "goal.tasks"      // a page of it; goal and offset
	VerbTask      = "goal.task"       // ticks one: goal, task, done, and offset where it stands on a page of the checklist
	VerbTasksEdit = "goal.tasks.edit" // its form: goal, and offset of the page that is edited; without one tasks are added
	VerbTasksSave = "goal.tasks.save" // goal, draft; input: tasks
)

// What the buttons of a checklist carry.
const (
	KeyTask = "task" // id of a task
	KeyDone = "done" // "true" or "false": what it is to be
)

// InputTasks are tasks, one a line.
const InputTasks = "tasks"

const (
	// firstTasks is how many tasks stand on the card of their project.
	firstTasks = 8
	// TaskPage is how many tasks stand on a page of the checklist.
	TaskPage = 10
	// maxTaskText bounds the text of a form of tasks, in characters: what a page needs at most.
	maxTaskText = 4_000
)

// Tasks shows a page of a project's checklist.
func Tasks(p Place, v GoalView, offset int) Card {
	return fit(func(bytes int) Card { return tasksCard(p, v, offset, bytes) })
}

func tasksCard(p Place, v GoalView, offset, bytes int) Card {
	g := v.Goal
	id, title := string(g.ID), "Tasks of "+string(g.ID)
	offset = min(max(0, offset), max(0, (len(g.Tasks)-1)/TaskPage*TaskPage))
	page := g.Tasks[offset:min(len(g.Tasks), offset+TaskPage)]
	rows := rowsWithin(len(page), TaskPage, 3*bytes, func(i int) element { return taskRow(p, v, page[i], fmt.Sprint(offset)) })
	body := []element{heading(mdf("%s", title)), note(mdn(maxLong, "%s", g.Title))}
	body = append(body, goalBar(p, v)...)
	if len(page) == 0 {
		body = append(body, text("There are no tasks yet."))
	} else {
		body = append(body, note(joinMD(" · ", tasksDone(g), rangeText(len(g.Tasks), offset, len(rows)))))
	}
	if why := tasksAside(v); why != "" {
		body = append(body, note(why))
	}
	var turn []action
	if offset > 0 {
		turn = append(turn, run("Previous", VerbTasks, KeyGoal, id, KeyOffset, fmt.Sprint(max(0, offset-TaskPage))))
	}
	if next := offset + len(rows); next < len(g.Tasks) {
		turn = append(turn, run("Next", VerbTasks, KeyGoal, id, KeyOffset, fmt.Sprint(next)))
	}
	actions := taskActions(v, fmt.Sprint(offset))
	if len(turn) > 1 && len(actions) > 1 {
		actions[1] = actions[1].secondary() // five buttons do not fit into a row
	}
	actions = append(turn, actions...)
	return newCard(title, append(body, rows...), append(actions, run("Show "+id, VerbGoal, KeyGoal, id))...)
}

// taskActions edit the page of a checklist that begins at offset.
func taskActions(v GoalView, offset string) []action {
	if !v.MayEdit || !v.Goal.IsOpen() || v.Goal.Kind != okr.Project {
		return nil
	}
	id := string(v.Goal.ID)
	var out []action
	if len(v.Goal.Tasks) > 0 {
		out = append(out, run("Edit tasks", VerbTasksEdit, KeyGoal, id, KeyOffset, offset))
	}
	if len(v.Goal.Tasks) < okr.MaxTasks {
		out = append(out, run("Add tasks", VerbTasksEdit, KeyGoal, id))
	}
	return out
}

// tasks are the first tasks on the card of their project.
func tasks(p Place, v GoalView, bytes int) []element {
	g := v.Goal
	if len(g.Tasks) == 0 {
		return nil
	}
	rows := rowsWithin(len(g.Tasks), firstTasks, bytes*3/2, func(i int) element { return taskRow(p, v, g.Tasks[i], "") })
	out := append([]element{section("Tasks"), note(joinMD(" · ", tasksDone(g), tasksAside(v)))}, rows...)
	var buttons []action
	if len(rows) < len(g.Tasks) {
		buttons = append(buttons, run(fmt.Sprintf("Show all %d tasks", len(g.Tasks)), VerbTasks, KeyGoal, string(g.ID)))
	}
	if buttons = append(buttons, taskActions(v, "0")...); len(buttons) > 0 {
		out = append(out, actionsOf(buttons...))
	}
	return out
}

// tasksDone counts what is done of a checklist.
func tasksDone(g okr.Goal) md {
	return md(fmt.Sprintf("%d of %s done", okr.TasksDone(g.Tasks), count(len(g.Tasks), "task")))
}

// tasksAside says that the progress of a project does not come from its checklist.
func tasksAside(v GoalView) md {
	g := v.Goal
	switch {
	case len(g.Tasks) == 0:
		return ""
	case g.Binding != nil:
		return "Progress comes from the query."
	case g.Manual != nil && g.Manual.Value != nil:
		return "Progress was set manually."
	}
	return ""
}

// taskRow is a task with its box. Whoever may check in ticks it by choosing the row.
func taskRow(p Place, v GoalView, t okr.Task, offset string) element {
	sign, title := md("☐"), text(mdn(maxLong, "%s", t.Title)).near()
	act, next := "Mark as done: ", "true"
	if t.Done {
		sign, act, next, title.IsSubtle = "☑", "Mark as open: ", "false", true
	}
	items := []element{title}
	if detail := joinMD(" · ", dueText(p, v.Goal, t), personText(t.Owner)); detail != "" {
		items = append(items, note(detail))
	}
	row := columns(col(auto, text(sign).near()), col(stretch, items...)).near()
	if !v.MayCheckIn || !v.Goal.IsOpen() {
		return row
	}
	tick := run(act+t.Title, VerbTask, KeyGoal, string(v.Goal.ID), KeyTask, t.ID, KeyDone, next, KeyOffset, offset)
	return row.opens(tick)
}

// dueText says when a task is due, and that it is late.
func dueText(p Place, g okr.Goal, t okr.Task) md {
	switch today := okr.DateOf(p.local(p.Now)); {
	case t.Due == "":
		return ""
	case !t.Done && g.IsOpen() && today.Days() > t.Due.Days():
		return mdf("▲ overdue since %s", p.date(t.Due))
	}
	return mdf("due %s", p.date(t.Due))
}

// TasksForm is the form of a page of a checklist, or of tasks that are added.
type TasksForm struct {
	Goal     okr.Goal
	Draft    string // id of what the server keeps of the form
	Text     string // as typed
	From, To int    // the numbers of the tasks on the page, from 1; 0: tasks are added
	Error    FieldError
}

// EditTasks is the form of a checklist: a task a line.
func EditTasks(p Place, f TasksForm) Card {
	id := string(f.Goal.ID)
	title, label := "Add tasks to "+id, "Tasks, one per line"
	if f.From > 0 {
		title = "Edit tasks of " + id
	}
	in := form{err: f.Error}
	if n := len(f.Goal.Tasks); f.From > 0 && f.To-f.From+1 < n {
		in.show(note(md(fmt.Sprintf("Tasks %d to %d of %d. The others stay unchanged.", f.From, f.To, n))))
	}
	how := mdf("Add a due date and an owner after commas: Sign the lease, %s, @Megan Bowen.", p.date(p.monthEnd()))
	if f.From > 0 {
		how += " Delete a line to delete its task."
	}
	in.show(note(how))
	in.add(linesInput(InputTasks, label, f.Text, maxTaskText))
	head := []element{heading(mdf("%s", title)), note(mdn(maxLong, "%s", f.Goal.Title))}
	return newCard(title, in.elements(head...),
		run("Save", VerbTasksSave, KeyGoal, id, KeyDraft, f.Draft).positive(), run("Cancel", VerbGoal, KeyGoal, id).bare())
}

// whyTasks says what the progress of a project rests on where its checklist gives it.
func whyTasks(p Place, v GoalView, bytes int) []element {
	g := v.Goal
	done := okr.TasksDone(g.Tasks)
	reader := v
	reader.MayCheckIn = false
	rows := rowsWithin(len(g.Tasks), maxWhyTasks, bytes, func(i int) element { return taskRow(p, reader, g.Tasks[i], "") })
	way := mdf("%d ÷ %d = %s", done, len(g.Tasks), p.percent(*okr.TaskProgress(g.Tasks)))
	out := []element{facts(fact{"Done", md(fmt.Sprintf("%d of %s", done, count(len(g.Tasks), "task")))}, fact{"Progress", way})}
	if v.Goal.LastCheckIn != nil {
		out = append(out, byHand(p, v, bytes)...)
	}
	return append(append(out, rows...), more(len(g.Tasks)-len(rows), "task")...)
}

// maxWhyTasks is how many tasks stand in an explanation.
const maxWhyTasks = 5
