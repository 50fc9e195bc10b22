package files

import (
	"strings"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// phases reads the phased targets of a cell: 2025-04-30: 15; 2025-05-31: 20.
func (d dialect) phases(cell string) []okr.Phase {
	var all []okr.Phase
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '\n' }) {
		day, value, _ := strings.Cut(part, ":")
		p := okr.Phase{Date: d.date(day)}
		if n := d.number(value).v; n != nil && p.Date != "" && len(all) < maxPhasesRead {
			p.Value = *n
			all = append(all, p)
		}
	}
	return all
}

// rowTasks reads the tasks of a cell, a line each: [x] Sign the lease | 2025-05-21 | Megan Bowen.
func rowTasks(cell string) []transfer.Task {
	var all []transfer.Task
	for text := range strings.Lines(cell) {
		text = strings.TrimSpace(text)
		if len(text) < len("[ ] x") || text[0] != '[' || text[2] != ']' || len(all) == maxTasksRead {
			continue
		}
		task := transfer.Task{Done: text[1] != ' '}
		title, owner := cutTail(text[3:])
		title, due := cutTail(title)
		task.Title, task.Due, task.Owner = line(title, okr.MaxTitle), dialect{}.date(due), transfer.Person{Name: line(owner, okr.MaxTitle)}
		if task.Title != "" {
			all = append(all, task)
		}
	}
	return all
}

// cutTail takes what stands behind the last bar.
func cutTail(s string) (before, tail string) {
	if i := strings.LastIndex(s, "|"); i >= 0 {
		return s[:i], strings.TrimSpace(s[i+1:])
	}
	return s, ""
}
