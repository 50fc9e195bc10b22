package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// importOrder is what an operator says of an import.
type importOrder struct {
	tenant, as, people string
	dryRun             bool
	kinds              map[string]okr.GoalKind
	files              []string
}

func importFlags(o *importOrder) *flag.FlagSet {
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.tenant, "tenant", "", "Microsoft Entra tenant id, a GUID")
	flags.StringVar(&o.as, "as", "", "Entra object id of the admin of okrbot who imports, a GUID")
	flags.StringVar(&o.people, "people", "", "CSV of the people of the tenant, with the columns Name, Email and Object ID, such as the list of users\nfrom the Microsoft Entra admin center")
	flags.BoolVar(&o.dryRun, "dry-run", false, "show what would be imported, but write nothing")
	flags.Func("kind", "meaning of a renamed type, as WORD=objective, WORD=key result or WORD=project; can be repeated", func(text string) error {
		word, kind, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("%q is not WORD=KIND", text)
		}
		o.kinds[word] = okr.GoalKind(strings.ToLower(strings.TrimSpace(kind)))
		return nil
	})
	return flags
}

// importHelp explains okrbot import and its flags.
func importHelp() string {
	var b bytes.Buffer
	b.WriteString(`Imports one or several exports of Viva Goals (ZIP, CSV, XLSX) or of okrbot. It first shows what it will import, what
it can't and why. If it is interrupted, run the same command again to continue. A second import updates only what
nobody has changed here since. To undo an import, send import undo to okrbot in Teams.

`)
	flags := importFlags(&importOrder{})
	flags.SetOutput(&b)
	flags.PrintDefaults()
	return b.String()
}

const importUsage = "usage: okrbot import FILE… --tenant ID --as OBJECT-ID [--people FILE.csv] [--kind WORD=KIND] [--dry-run]"

// parse reads the arguments of okrbot import: files and flags in any order.
func (o *importOrder) parse(args []string) error {
	o.kinds = map[string]okr.GoalKind{}
	flags := importFlags(o)
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return usageError(err.Error() + "; okrbot help import lists the flags")
		}
		if args = flags.Args(); len(args) > 0 {
			o.files, args = append(o.files, args[0]), args[1:]
		}
	}
	if len(o.files) == 0 || o.tenant == "" || o.as == "" {
		return usageError(importUsage)
	}
	return checkIDs("--tenant", o.tenant, "--as", o.as)
}

// operatorImport is an import by a command.
type operatorImport struct {
	importOrder
	service *transfer.Service
	actor   okr.Actor
	out     io.Writer
}

// runImport imports files into a tenant.
func runImport(ctx context.Context, p program) (err error) {
	o := operatorImport{out: p.stdout}
	if err := o.parse(p.args); err != nil {
		return err
	}
	c, store, err := openShared(ctx, p.getenv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	a := newActivities(ports{store: store.Store, admins: c.AdminObjectIDs, now: time.Now})
	tenant, id := okr.TenantID(strings.ToLower(o.tenant)), okr.UserID(strings.ToLower(o.as))
	member, err := a.Access.Member(ctx, tenant, id)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	o.service, o.actor = a.Transfer, okr.Actor{Tenant: tenant, Person: okr.Person{ID: id, Name: nameOr(member.Person.Name, o.as)}}
	if err := o.run(ctx); ctx.Err() != nil {
		return errors.New("import: interrupted. Run the same command again to continue")
	} else if err != nil {
		return fmt.Errorf("import: %w", worded(err))
	}
	return nil
}

func nameOr(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

// worded is an error in the words that people get of it.
func worded(err error) error {
	if words, ok := okr.MessageOf(err); ok {
		return errors.New(words)
	}
	return err
}

// run goes on with an import that was interrupted, or begins one.
func (o *operatorImport) run(ctx context.Context) error {
	all, err := o.service.Imports(ctx, o.actor)
	if err != nil {
		return err
	}
	for _, i := range all {
		switch {
		case i.Phase == okr.ImportRunning && o.isOf(i):
			return o.goOn(ctx, i)
		case i.Phase == okr.ImportCollecting && i.By.ID == o.actor.ID && len(i.Files) > 0 && !o.isOf(i):
			return okr.Errorf(okr.Conflict, "%s has an unfinished import, %s, with other files. Start or cancel it in the chat with okrbot first.", i.By.Name, i.ID)
		}
	}
	id, err := o.collect(ctx)
	if err != nil {
		return err
	}
	preview, err := o.answer(ctx, id)
	if err != nil {
		return err
	}
	if err := o.show(preview); err != nil {
		return err
	}
	if preview.Waits != "" || o.dryRun {
		return o.forget(ctx, id, preview.Waits)
	}
	i, err := o.service.BeginImport(ctx, o.actor, id, okr.Reply{})
	if err != nil {
		return err
	}
	return o.goOn(ctx, i)
}

// isOf says whether an import is of the files of this command.
func (o *operatorImport) isOf(i okr.Import) bool {
	if len(i.Files) != len(o.files) {
		return false
	}
	for n, f := range i.Files {
		if f.Name != filepath.Base(o.files[n]) {
			return false
		}
	}
	return i.By.ID == o.actor.ID
}

// collect sends the files. Of files that cannot be read nothing stays.
func (o *operatorImport) collect(ctx context.Context) (okr.ImportID, error) {
	var i okr.Import
	for _, name := range o.files {
		f, err := os.Open(name) //nolint:gosec // the operator's own
		if err != nil {
			return "", errors.Join(err, o.cancel(ctx, i.ID))
		}
		i, err = o.service.AddFile(ctx, o.actor, filepath.Base(name), f)
		if err = errors.Join(err, f.Close()); err != nil {
			return "", errors.Join(worded(err), o.cancel(ctx, i.ID))
		}
		sent := i.Files[len(i.Files)-1]
		if _, err := fmt.Fprintf(o.out, "%s: %s, %s\n", sent.Name, sent.Format, sent.Holds); err != nil {
			return "", err
		}
	}
	return i.ID, nil
}

func (o *operatorImport) cancel(ctx context.Context, id okr.ImportID) error {
	if id == "" {
		return nil
	}
	return o.service.CancelImport(context.WithoutCancel(ctx), o.actor, id)
}

// answer says who the people of the files are, and what their words mean.
func (o *operatorImport) answer(ctx context.Context, id okr.ImportID) (okr.ImportPreview, error) {
	known, err := readColleagues(o.people)
	if err != nil {
		return okr.ImportPreview{}, errors.Join(err, o.cancel(ctx, id))
	}
	if _, err := o.service.MatchPeople(ctx, o.actor, id, append(known, okr.Colleague{Person: o.actor.Person})); err != nil {
		return okr.ImportPreview{}, err
	}
	preview, err := o.service.AnswerImport(ctx, o.actor, id, okr.ImportAnswers{Kinds: o.kinds})
	if err != nil {
		err = errors.Join(worded(err), o.cancel(ctx, id))
	}
	return preview, err
}

// forget ends an import that does not begin.
func (o *operatorImport) forget(ctx context.Context, id okr.ImportID, waits string) error {
	if err := o.cancel(ctx, id); err != nil {
		return err
	}
	if waits != "" && !o.dryRun {
		return fmt.Errorf("nothing was written. %s Set it with --kind WORD=KIND", waits)
	}
	_, err := fmt.Fprintln(o.out, "\nNothing was written: this was a dry run.")
	return err
}

// goOn does the work of an import, and says how far it is.
func (o *operatorImport) goOn(ctx context.Context, i okr.Import) error {
	_, _ = fmt.Fprintf(o.out, "\nImporting %s. If it is interrupted, run the same command again to continue.\n", i.ID) // what matters is written elsewhere
	for more := true; more; {
		var err error
		if i, more, err = o.service.ImportStep(ctx, o.actor.Tenant, i.ID); err != nil {
			return err
		}
		if more {
			_, _ = fmt.Fprintf(o.out, "  %d of %d records\n", i.Done, i.Total)
		}
	}
	if i.Problem != "" {
		return fmt.Errorf("%s stopped: %s", i.ID, i.Problem)
	}
	return o.sum(i)
}

func (o *operatorImport) sum(i okr.Import) error {
	c := i.Counts
	_, err := fmt.Fprintf(o.out, "Imported %s: %s created, %d updated, %d unchanged, %d kept as they are here; %s skipped. %s, %s.\n",
		i.ID, many(c.Made, "goal"), c.Changed, c.Same, c.Kept, many(c.Left, "row"), many(c.CheckIns, "check-in"), many(c.Notes, "comment"))
	if n := len(i.Unbound); n > 0 && err == nil {
		_, err = fmt.Fprintf(o.out, "%s had an automatic value before and keep the last one. Bind them in the chat with okrbot.\n", many(n, "goal"))
	}
	return err
}

// show writes what an import would do.
func (o *operatorImport) show(p okr.ImportPreview) error {
	table := tabwriter.NewWriter(o.out, 0, 0, 2, ' ', 0)
	line := func(form string, args ...any) { _, _ = fmt.Fprintf(table, form+"\n", args...) } // Flush says what went wrong
	t := p.Tally
	line("\n%s to create, %d to update, %d unchanged, %d kept as they are here; %s skipped; %s, %s",
		many(t.Made, "goal"), t.Changed, t.Same, t.Kept, many(t.Left, "row"), many(t.CheckIns, "check-in"), many(t.Notes, "comment"))
	line("\nKIND\tPERIOD\tSTATUS\tCOUNT")
	for _, g := range p.Groups {
		line("%s\t%s\t%s\t%d", g.Kind, g.Period, g.Status, g.Count)
	}
	for _, f := range p.Findings {
		line("\n%s (%d)", f.Title, len(f.Rows))
		showSome(line, f.Rows, func(r okr.ImportRow) string { return rowText(r) })
	}
	var lost []okr.ImportPerson
	for _, who := range p.People {
		if who.Match.ID == "" && who.How != okr.MatchNotAsked {
			lost = append(lost, who)
		}
	}
	if len(lost) > 0 {
		line("\nNot found here, so their goals have no owner (%d)", len(lost))
		showSome(line, lost, func(w okr.ImportPerson) string {
			return fmt.Sprintf("%s %s: %s", w.Name, w.Email, many(w.Items, "goal"))
		})
	}
	if len(p.Differences) > 0 {
		line("\nProgress that differs here (%d)", len(p.Differences))
		showSome(line, p.Differences, func(d okr.ImportDifference) string {
			return fmt.Sprintf("%s: %s in the file, %s here. %s", d.Title, percentOr(d.Shown), percentOr(d.Computed), d.Why)
		})
	}
	return table.Flush()
}

// many is a number of things, in English.
func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return okr.FormatNumber(float64(n)) + " " + what + "s"
}

// mostShown is how many rows of a sort are shown.
const mostShown = 20

func showSome[T any](line func(string, ...any), all []T, text func(T) string) {
	for _, each := range all[:min(len(all), mostShown)] {
		line("  %s", text(each))
	}
	if n := len(all) - mostShown; n > 0 {
		line("  and %d more", n)
	}
}

func rowText(r okr.ImportRow) string {
	where := strings.TrimSpace(r.File)
	if r.Row > 0 {
		where = fmt.Sprintf("%s:%d", where, r.Row)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s: %s", where, r.Title, r.Why))
}

func percentOr(p *float64) string {
	if p == nil {
		return "no data"
	}
	return okr.FormatNumber(math.Round(*p*10)/10) + "%"
}

// readColleagues reads the people of a tenant; without a file there are none.
func readColleagues(name string) ([]okr.Colleague, error) {
	if name == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(name) //nolint:gosec // the operator's own
	if err != nil {
		return nil, err
	}
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff"))))
	rows.FieldsPerRecord = -1
	header, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("--people %s: %w", name, err)
	}
	at := map[string]int{}
	for i, column := range header {
		at[personColumn(column)] = i
	}
	if _, ok := at["id"]; !ok {
		return nil, fmt.Errorf("--people %s: the column Object ID is missing. The file needs the columns Name, Email and Object ID, separated by commas", name)
	}
	var all []okr.Colleague
	for {
		row, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("--people %s: %w", name, err)
		}
		all = append(all, colleaguesIn(row, at)...)
	}
}

// personColumn is what a column of a list of people holds, by the names that Microsoft
// Entra gives them, too.
func personColumn(name string) string {
	switch strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name)) {
	case "name", "displayname":
		return "name"
	case "email", "mail", "emailaddress":
		return "mail"
	case "userprincipalname", "upn":
		return "upn"
	case "objectid", "id":
		return "id"
	}
	return ""
}

// colleaguesIn is the person of a row, once for each address.
func colleaguesIn(row []string, at map[string]int) []okr.Colleague {
	cell := func(column string) string {
		if i, ok := at[column]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	who := okr.Person{ID: okr.UserID(strings.ToLower(cell("id"))), Name: cell("name")}
	if !guid.MatchString(string(who.ID)) || who.Name == "" {
		return nil
	}
	return []okr.Colleague{{Person: who, Email: cell("mail")}, {Person: who, Email: cell("upn")}}
}
