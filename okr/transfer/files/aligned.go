package files

import (
	"regexp"
	"strings"
	"unicode"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// What stands behind the title of a parent in a cell: (weight: 14.29%, Id: 1234567), with
// no blank before the bracket. Titles have brackets and " / " themselves, so a bracket
// counts only where the cell or the parent ends behind it.
var (
	parentEnd   = regexp.MustCompile(`(?i)\s*\(weight:\s*([\d.,]*)\s*%?\s*,\s*id:\s*([\w-]+)\s*\)`)
	parentNoID  = regexp.MustCompile(`(?i)\s*\(weight:\s*([\d.,]*)\s*%?\s*\)`)
	hyperlinked = regexp.MustCompile(`(?i)^\s*=?\s*HYPERLINK\s*\(.*[,;]\s*"?([^",;]*)"?\s*\)\s*$`)
)

const parentSeparator = " / "

// alignedTo reads the cell of an item's parents.
func alignedTo(cell string) []transfer.Parent {
	cell = okr.CleanLine(firstRunes(cell, maxParentsRead*okr.MaxTitle))
	if parents := endedBy(cell, parentEnd); len(parents) > 0 {
		return parents
	}
	if parents := endedBy(cell, parentNoID); len(parents) > 0 {
		return parents
	}
	if cell == "" {
		return nil
	}
	return []transfer.Parent{{Title: clip(cell, okr.MaxTitle)}}
}

func endedBy(cell string, end *regexp.Regexp) []transfer.Parent {
	var parents []transfer.Parent
	from := 0
	for _, at := range end.FindAllStringSubmatchIndex(cell, -1) {
		rest := cell[at[1]:]
		if rest != "" && !strings.HasPrefix(rest, parentSeparator) || len(parents) == maxParentsRead {
			continue
		}
		p := transfer.Parent{Title: clip(strings.TrimSpace(cell[from:at[0]]), okr.MaxTitle), Weight: weightOf(cell[at[2]:at[3]])}
		if len(at) > 4 {
			p.ID = clip(cell[at[4]:at[5]], okr.MaxName)
		}
		parents = append(parents, p)
		from = min(at[1]+len(parentSeparator), len(cell))
	}
	return parents
}

// idOf is the id in a cell: a number, also with commas between thousands, a link with the
// id as its text, or whatever the file uses.
func idOf(cell string) string {
	cell = line(cell, okr.MaxAddress)
	if m := hyperlinked.FindStringSubmatch(cell); m != nil {
		cell = strings.TrimSpace(m[1])
	}
	if bare := strings.ReplaceAll(cell, ",", ""); bare != cell && strings.IndexFunc(bare, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
		cell = bare
	}
	return clip(wholeNumber(cell), okr.MaxName)
}
