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
	flags.StringVar(&o.Version, "version", "", "version of the package, such as 1.2.3, higher than that of the last package; by default made from the time")
	flags.StringVar(&o.Name, "name", "okrbot", "name of the app in Teams, up to 30 characters")
	flags.StringVar(&o.FullName, "full-name", "", "full name of the app, up to 100 characters")
	flags.StringVar(&o.TeamsAppID, "teams-app-id", "", "id of the app in Teams, a GUID, the same in each package; by default MICROSOFT_APP_ID")
	flags.StringVar(&o.Developer, "developer", "The okrbot authors", "publisher of the app, up to 32 characters")
	flags.StringVar(&o.WebsiteURL, "website", "", "https page about the app; by default PUBLIC_URL")
	flags.StringVar(&o.PrivacyURL, "privacy", "", "https page of your privacy statement; by default PUBLIC_URL/privacy")
	flags.StringVar(&o.TermsURL, "terms", "", "https page of your terms of use; by default PUBLIC_URL/terms")
	return flags
}

// packageHelp explains okrbot manifest and its flags.
func packageHelp() string {
	var b bytes.Buffer
	b.WriteString("The package is made from MICROSOFT_APP_ID and PUBLIC_URL; for single sign-on also from SSO_CONNECTION, SSO_RESOURCE and ADO_CLIENT_ID.\n" +
		"- as FILE.zip writes to the standard output. Each package has a higher version than the last one, because Teams accepts no other update.\n\n")
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
	if values["SSO_CONNECTION"] != "" {
		o.SSOAppID = cmp.Or(values["ADO_CLIENT_ID"], o.AppID)
		o.SSOResource = cmp.Or(values["SSO_RESOURCE"], ssoResource(o.AppID))
	}
	o.Version, o.Release = cmp.Or(o.Version, versionAt(time.Now())), version()
	var archive bytes.Buffer
	if err := errors.Join(append(problems, manifest.Build(&archive, o))...); err != nil {
		return fmt.Errorf("app package: %w", err)
	}
	return deliverPackage(p, flags.Arg(0), o, archive.Bytes())
}

// versionAt is the version of a package, not that of okrbot: Teams takes an update only if it rises, also where the same
// okrbot makes a package anew with another setting. It rises with each minute. Both numbers stay below 65536: no more is
// known to be understood. The release is in the app's description.
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
	_, err := fmt.Fprintf(said, "Wrote %s: okrbot %s, package version %s. Upload it in Teams (Apps > Manage your apps), or for everyone in the Teams admin center (Teams apps > Manage apps).\n", file, o.Release, o.Version)
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
