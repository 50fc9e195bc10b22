package main

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"okrbot/manifest"
)

// packageFlags are what an operator may say of the app package besides the configuration.
func packageFlags(o *manifest.Options) *flag.FlagSet {
	flags := flag.NewFlagSet("manifest", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.Version, "version", "", "three numbers as in 1.2.3, higher than those of the package before; by default they are made of the time")
	flags.StringVar(&o.Name, "name", "okrbot", "what Teams calls the app, at most 30 characters")
	flags.StringVar(&o.FullName, "full-name", "", "its name where there is more room, at most 100 characters")
	flags.StringVar(&o.TeamsAppID, "teams-app-id", "", "the app's own id in Teams, a GUID; MICROSOFT_APP_ID by default, and the same in each package")
	flags.StringVar(&o.Developer, "developer", "The okrbot authors", "who publishes it, at most 32 characters")
	flags.StringVar(&o.WebsiteURL, "website", "", "https page about it; PUBLIC_URL by default")
	flags.StringVar(&o.PrivacyURL, "privacy", "", "https page of your privacy statement; PUBLIC_URL/privacy by default")
	flags.StringVar(&o.TermsURL, "terms", "", "https page of your terms of use; PUBLIC_URL/terms by default")
	return flags
}

// packageHelp explains okrbot manifest and its flags.
func packageHelp() string {
	var b bytes.Buffer
	b.WriteString("It is made of MICROSOFT_APP_ID and PUBLIC_URL. FILE.zip is replaced as a whole, and stays as it is when something is wrong;\n" +
		"- is the standard output. Each package has a higher version than those before, as the Teams admin center asks of an update.\n\n")
	flags := packageFlags(&manifest.Options{})
	flags.SetOutput(&b)
	flags.PrintDefaults()
	return b.String()
}

// writeManifest makes the Teams app package of this configuration.
func writeManifest(p program) error {
	o := manifest.Options{}
	flags := packageFlags(&o)
	if err := flags.Parse(p.args); err != nil {
		return usageError(err.Error() + "; okrbot help manifest lists the flags")
	}
	if flags.NArg() != 1 {
		return usageError("usage: okrbot manifest [flags] FILE.zip")
	}
	values, problems := readEnvironment(p.getenv)
	o.AppID, o.PublicURL = values["MICROSOFT_APP_ID"], values["PUBLIC_URL"]
	o.Version = cmp.Or(o.Version, versionAt(time.Now()))
	var archive bytes.Buffer
	if err := errors.Join(append(problems, manifest.Build(&archive, o))...); err != nil {
		return fmt.Errorf("app package: %w", err)
	}
	return deliverPackage(p, flags.Arg(0), o, archive.Bytes())
}

// versionAt rises with each minute. Both numbers stay below 65536: no more is known to
// be understood.
func versionAt(t time.Time) string {
	t = t.UTC()
	day := t.Unix() / int64(24*time.Hour/time.Second)
	return fmt.Sprintf("1.%d.%d", day, t.Hour()*60+t.Minute())
}

func deliverPackage(p program, file string, o manifest.Options, archive []byte) error {
	said := p.stdout
	if file == "-" {
		said = p.stderr
		if _, err := p.stdout.Write(archive); err != nil {
			return fmt.Errorf("app package: %w", err)
		}
		file = "the package"
	} else if err := replaceFile(file, archive); err != nil {
		return fmt.Errorf("app package: %w", err)
	}
	_, err := fmt.Fprintf(said, "Wrote %s, version %s. Upload it in Teams (Apps > Manage your apps), or for everybody in the Teams admin center (Teams apps > Manage apps).\n", file, o.Version)
	return err
}

// replaceFile leaves the former file as it is unless all of the new one is there.
func replaceFile(name string, data []byte) error {
	next := name + ".new"
	if err := os.WriteFile(next, data, 0o644); err != nil { //nolint:gosec // it holds nothing secret
		return err
	}
	return os.Rename(next, name)
}
