package files

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"okrbot/okr/transfer"
)

// zipWriter writes the files of an organization export, one record after the other.
type zipWriter struct {
	archive *zip.Writer
	bundle  *transfer.Bundle
	items   map[string]*transfer.Item
}

func writeZIP(ctx context.Context, w io.Writer, src transfer.Source) error {
	z := zipWriter{archive: zip.NewWriter(w), bundle: src.Bundle(), items: map[string]*transfer.Item{}}
	for i, item := range z.bundle.Items {
		z.items[item.ID] = &z.bundle.Items[i]
	}
	for _, part := range []struct {
		kind  string
		write func(add func(record any) error) error
	}{
		{"objectives", z.writeItems},
		{"checkins", func(add func(any) error) error {
			return src.CheckIns(ctx, func(c transfer.CheckIn) error { return add(checkInOut(c, z.metricShown(c.Item))) })
		}},
		{"comments", func(add func(any) error) error {
			return src.Comments(ctx, func(c transfer.Comment) error { return add(commentOut(c)) })
		}},
		{"Teams", z.writeTeams},
		{"Tags", z.writeTags},
		{"TimePeriods", z.writePeriods},
		{"Users", z.writeUsers},
	} {
		if err := z.file(part.kind, part.write); err != nil {
			return fmt.Errorf("write %s: %w", part.kind, err)
		}
	}
	return z.archive.Close()
}

// file writes one of the files: a list with a record a line.
func (z zipWriter) file(kind string, write func(add func(record any) error) error) error {
	at := z.bundle.At.UTC()
	name := fmt.Sprintf("%s_export_file_1_1_Organization_1_%s.json", kind, at.Format("20060102150405"))
	part, err := z.archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err != nil {
		return err
	}
	list := &listWriter{to: part, json: json.NewEncoder(part)}
	list.json.SetEscapeHTML(false)
	if err := write(list.add); err != nil {
		return err
	}
	return list.end()
}

// listWriter writes a list of JSON, a record a line.
type listWriter struct {
	to   io.Writer
	json *json.Encoder
	any  bool
}

func (l *listWriter) add(record any) error {
	before := ","
	if !l.any {
		before = "["
	}
	l.any = true
	if _, err := io.WriteString(l.to, before); err != nil {
		return err
	}
	return l.json.Encode(record)
}

func (l *listWriter) end() error {
	end := "]\n"
	if !l.any {
		end = "[]\n"
	}
	_, err := io.WriteString(l.to, end)
	return err
}

func (z zipWriter) metricShown(item string) string {
	if it := z.items[item]; it != nil && it.Metric != nil {
		return it.Metric.Name
	}
	return "Progress"
}

func (z zipWriter) writeItems(add func(any) error) error {
	for _, item := range z.bundle.Items {
		if err := add(itemOut(item, z.items)); err != nil {
			return err
		}
	}
	return nil
}

func (z zipWriter) writeTeams(add func(any) error) error {
	for _, t := range z.bundle.Teams {
		out := outTeam{ID: numberOut("team", t.Name), Name: t.Name, Parent: nullable(t.Parent), Type: "Classic", Status: "Active"}
		if t.Archived {
			out.Status = "Archived"
		}
		if err := add(out); err != nil {
			return err
		}
	}
	return nil
}

func (z zipWriter) writeTags(add func(any) error) error {
	for _, tag := range z.bundle.Tags {
		if err := add(outTag{numberOut("tag", tag), tag}); err != nil {
			return err
		}
	}
	return nil
}

func (z zipWriter) writePeriods(add func(any) error) error {
	for _, p := range z.bundle.Periods {
		if err := add(outPeriod{numberOut("period", p.Name), p.Name, p.Start, p.End}); err != nil {
			return err
		}
	}
	return nil
}

func (z zipWriter) writeUsers(add func(any) error) error {
	for _, p := range z.bundle.People {
		user := outUser{outPerson: personOut(p), Role: "Member", Source: "Individual", MemberType: "regular", Status: "active", Own: outTenant{z.bundle.Tenant}}
		if err := add(user); err != nil {
			return err
		}
	}
	return nil
}
