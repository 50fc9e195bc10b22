package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"okrbot/ado/adotest"
)

type flags struct {
	listen, public, client, secret, redirects string
	every, latency, window, hold              time.Duration
	budget                                    float64
	debug                                     bool
	modes                                     []adotest.Mode
	faults                                    []adotest.FaultOrder
}

func parse(args []string, out io.Writer) (flags, error) {
	var f flags
	fs := flag.NewFlagSet("adosim", flag.ContinueOnError)
	fs.SetOutput(out)
	fs.Usage = func() { usage(fs) }
	fs.StringVar(&f.listen, "listen", "127.0.0.1:8081", "`address` to listen on")
	fs.StringVar(&f.public, "public", "", "`URL` under which others reach it (default http://<listen>)")
	fs.StringVar(&f.client, "client", "okrbot", "client `id` of the registered application")
	fs.StringVar(&f.secret, "secret", "simulator-only", "its client `secret`")
	fs.StringVar(&f.redirects, "redirects", "http://localhost:3978/auth/callback", "its redirect `URIs`, comma-separated")
	fs.DurationVar(&f.every, "every", time.Minute, "time between story steps, 0 for none")
	fs.BoolVar(&f.debug, "debug", false, "log every request")
	fs.DurationVar(&f.latency, "latency", 0, "time that every request to an organization takes")
	fs.Float64Var(&f.budget, "budget", 0, "`units` that an identity may use in a window before its answers are held; 0 for no limit")
	fs.DurationVar(&f.window, "window", 5*time.Minute, "length of the budget's sliding window")
	fs.DurationVar(&f.hold, "hold", 0, "longest that an answer beyond the budget is really held")
	fs.Func("mode", "`name` of a mode to turn on, see below; repeatable", f.addMode)
	fs.Func("fault", "`rule` of a fault, see below; repeatable", f.addFault)
	return f, fs.Parse(args)
}

func (f *flags) addMode(name string) error {
	if adotest.Mode(name).About() == "" {
		return errors.New("unknown mode")
	}
	f.modes = append(f.modes, adotest.Mode(name))
	return nil
}

// addFault reads name[=argument][,op=...][,path=...][,user=...][,skip=n][,count=n].
func (f *flags) addFault(text string) error {
	name, rest, _ := strings.Cut(text, ",")
	var o adotest.FaultOrder
	o.Fault, o.Arg, _ = strings.Cut(name, "=")
	if _, err := adotest.NamedFault(o.Fault, o.Arg); err != nil {
		return err
	}
	for part := range strings.SplitSeq(rest, ",") {
		if part == "" {
			continue
		}
		if err := limit(&o, part); err != nil {
			return err
		}
	}
	f.faults = append(f.faults, o)
	return nil
}

func limit(o *adotest.FaultOrder, part string) (err error) {
	key, value, _ := strings.Cut(part, "=")
	switch key {
	case "op":
		o.Op = value
	case "path":
		o.Path = value
	case "user":
		o.User = value
	case "skip":
		o.Skip, err = strconv.Atoi(value)
	case "count":
		o.Count, err = strconv.Atoi(value)
	default:
		err = fmt.Errorf("unknown part %q of a fault's rule", key)
	}
	return err
}

func usage(fs *flag.FlagSet) {
	out := fs.Output()
	fmt.Fprint(out, intro)
	fs.PrintDefaults()
	fmt.Fprint(out, "\nModes, each a reading of something that is not documented (-mode NAME):\n\n")
	for _, m := range adotest.Modes() {
		fmt.Fprintf(out, "  %-28s %s\n", m, m.About())
	}
	fmt.Fprint(out, faultIntro)
	for _, f := range adotest.FaultNames() {
		name := f.Name
		if f.Default != "" {
			name += "=" + f.Default
		}
		fmt.Fprintf(out, "  %-28s %s\n", name, f.About)
	}
	fmt.Fprint(out, outro)
}

const intro = `adosim serves a simulated Azure DevOps and Microsoft Entra, with the demo world in it:

  /login  login.microsoftonline.com
  /ado    dev.azure.com
  /vssps  app.vssps.visualstudio.com
  /_sim   the control of the simulator itself

The real host names, and {organization}.visualstudio.com, are understood, too:

  curl -H 'Host: contoso.visualstudio.com' ...

Flags:

`

const faultIntro = `
Faults (-fault NAME[=ARGUMENT][,op=GLOB][,path=GLOB][,user=ID][,skip=N][,count=N]); the argument shown is the default.
The user is an object id or a user principal name; operations are named in the log and in /_sim/calls, such as wiql.run,
workitems.batch, types.list, queries.search, projects.get, token:

`

const outro = `
While it runs:

  curl http://127.0.0.1:8081/_sim/modes
  curl -X PUT http://127.0.0.1:8081/_sim/modes/omit-count-header          (DELETE turns it off)
  curl http://127.0.0.1:8081/_sim/faults
  curl -d '{"fault":"throttled","arg":"7s","op":"wiql.*","count":2}' http://127.0.0.1:8081/_sim/faults
  curl -X DELETE http://127.0.0.1:8081/_sim/faults
  curl http://127.0.0.1:8081/_sim/calls                                    (DELETE empties the log)
  curl -X POST 'http://127.0.0.1:8081/_sim/story?steps=10'
  curl -X POST 'http://127.0.0.1:8081/_sim/tokens?user=alexw@contoso.example'
`
