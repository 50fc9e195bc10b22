package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"okrbot/okr"
	"okrbot/okr/transfer"
	"okrbot/okr/transfer/files"
)

// exportOrder is what an operator says of an export.
type exportOrder struct {
	tenant, as, format, out string
	all                     bool
}

func exportFlags(o *exportOrder) *flag.FlagSet {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.tenant, "tenant", "", "Microsoft Entra tenant id, a GUID")
	flags.StringVar(&o.as, "as", "", "export what this person sees: the Entra object id, a GUID")
	flags.BoolVar(&o.all, "all", false, "export everything, including everyone's private goals")
	flags.StringVar(&o.format, "format", "", "csv, xlsx or zip; by default taken from the name of FILE, else zip, the only one that holds everything")
	flags.StringVar(&o.out, "out", "", "the file to write, or - for the standard output; by default okrbot-DATE and the extension of the format")
	return flags
}

// exportHelp explains okrbot export and its flags.
func exportHelp() string {
	var b bytes.Buffer
	b.WriteString(`Writes the goals of a tenant with their check-ins and comments, as a ZIP in the form of Viva Goals' organization
export, or as the CSV or XLSX of its Explorer. okrbot can import each of them; only the ZIP holds everything.
Choose --as for what one person sees, or --all. okrbot can stay running. Only you can read the file. An existing
file is replaced when the new one is complete.

`)
	flags := exportFlags(&exportOrder{})
	flags.SetOutput(&b)
	flags.PrintDefaults()
	return b.String()
}

// parse reads the arguments of okrbot export.
func (o *exportOrder) parse(args []string) error {
	flags := exportFlags(o)
	if err := flags.Parse(args); err != nil {
		return usageError(err.Error() + "; okrbot help export lists the flags")
	}
	if o.format == "" {
		o.format = string(okr.ExportZIP)
		if ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(o.out)), "."); ending == string(okr.ExportCSV) || ending == string(okr.ExportXLSX) {
			o.format = ending
		}
	}
	switch format := okr.ExportFormat(o.format); {
	case flags.NArg() > 0 || o.tenant == "":
		return usageError("usage: okrbot export --tenant ID --as OBJECT-ID|--all [--format csv|xlsx|zip] [--out FILE]")
	case o.all == (o.as != ""):
		return usageError("set either --as OBJECT-ID for what one person sees, or --all for everything, including private goals")
	case format != okr.ExportCSV && format != okr.ExportXLSX && format != okr.ExportZIP:
		return usageError(fmt.Sprintf("--format %q: must be csv, xlsx or zip", o.format))
	}
	return checkIDs("--tenant", o.tenant, "--as", o.as)
}

// checkIDs refuses ids that cannot be ones of Microsoft Entra: names and values by turns.
func checkIDs(args ...string) error {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i+1] != "" && !guid.MatchString(args[i+1]) {
			return usageError(fmt.Sprintf("%s %q: must be a Microsoft Entra id such as 8c1f1f4e-0000-4000-8000-000000000000", args[i], args[i+1]))
		}
	}
	return nil
}

// scope is what is exported, and for whom.
func (o exportOrder) scope() (okr.Actor, okr.ExportScope) {
	actor := okr.Actor{Tenant: okr.TenantID(strings.ToLower(o.tenant)), Person: okr.Person{ID: okr.UserID(strings.ToLower(o.as))}}
	if o.all {
		return actor, okr.ExportAll
	}
	return actor, okr.ExportVisible
}

// runExport writes what a tenant holds into a file.
func runExport(ctx context.Context, p program) (err error) {
	var o exportOrder
	if err := o.parse(p.args); err != nil {
		return err
	}
	c, store, err := openShared(ctx, p.getenv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	now := time.Now()
	a := newActivities(ports{store: store.Store, admins: c.AdminObjectIDs, now: time.Now})
	actor, scope := o.scope()
	src, err := a.Exporter.Read(ctx, actor, scope)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if len(src.Bundle().Items) == 0 {
		return errors.New("export: nothing was written, because this tenant has no goals or this person can see none. Find the tenant id in the Microsoft Entra admin center under Overview")
	}
	file := o.out
	if file == "" {
		file = "okrbot-" + now.Format(time.DateOnly) + "." + o.format
	}
	return o.deliver(ctx, p, src, file)
}

func (o exportOrder) deliver(ctx context.Context, p program, src transfer.Source, file string) error {
	said := p.stdout
	write := func(w io.Writer) error { return files.Write(ctx, w, okr.ExportFormat(o.format), src) }
	var err error
	if file == "-" {
		said = p.stderr
		err, file = write(p.stdout), "the export"
	} else {
		err = writeWhole(file, write)
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	b := src.Bundle()
	_, err = fmt.Fprintf(said, "Wrote %s: %s, %s, %s.\n", file, many(len(b.Items), "goal"), many(b.CheckIns, "check-in"), many(b.Comments, "comment"))
	return err
}

// writeWhole leaves the former file as it is unless all of the new one is there, which
// nobody else can read.
func writeWhole(name string, write func(io.Writer) error) (err error) {
	next, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.new")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(next.Name()) // what went wrong before matters
		}
	}()
	buffered := bufio.NewWriterSize(next, 1<<20)
	if err = errors.Join(write(buffered), buffered.Flush(), next.Sync(), next.Close()); err != nil {
		return err
	}
	return os.Rename(next.Name(), name)
}
