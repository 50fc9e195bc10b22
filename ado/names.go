package ado

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// InputError says in words for people what is wrong with a name or address that they typed.
type InputError struct{ Message string }

// Error is the message.
func (e *InputError) Error() string { return e.Message }

func inputError(format string, args ...any) error {
	return &InputError{Message: fmt.Sprintf(format, args...)}
}

const (
	maxOrganization = 50
	maxProject      = 64
	// notInProject and the names below are from the page "Naming restrictions and conventions".
	notInProject = `/:\~&%;@'"?<>|#$*}{,+=[]`
)

var (
	organizationName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$`)
	reservedProject  = regexp.MustCompile(`(?i)^(?:PRN|COM[1-9]|COM10|LPT[1-9]|NUL|CON|AUX|SERVER|SignalR|` +
		`DefaultCollection|Web|App_Browsers|App_code|App_Data|App_GlobalResources|App_LocalResources|App_Themes|` +
		`App_WebResources|bin|web\.config)$`)
	guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// ValidateOrganization checks a name by the rules for new organizations, so that a slip is explained before Azure DevOps
// answers with something cryptic. The error is an *InputError.
func ValidateOrganization(name string) error {
	switch {
	case name == "":
		return inputError("The organization is missing. It is the first part of the address: https://dev.azure.com/<organization>.")
	case utf8.RuneCountInString(name) > maxOrganization:
		return inputError("An organization's name has at most %d characters.", maxOrganization)
	case !organizationName.MatchString(name):
		return inputError("%s is no organization's name: it may hold English letters, digits and hyphens, "+
			"and starts and ends with a letter or digit.", quote(name))
	}
	return nil
}

// ValidateProject checks a project's name by the rules for new projects; an id passes, too. The error is an *InputError.
func ValidateProject(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return inputError("The project is missing.")
	case !utf8.ValidString(name) || strings.IndexFunc(name, isControl) >= 0:
		return inputError("The project's name holds characters that cannot be shown.")
	case utf8.RuneCountInString(name) > maxProject:
		return inputError("A project's name has at most %d characters.", maxProject)
	case strings.ContainsAny(name, notInProject):
		i := strings.IndexAny(name, notInProject)
		return inputError("A project's name cannot contain %s.", name[i:i+1])
	case strings.HasPrefix(name, "_"):
		return inputError("A project's name does not start with an underscore.")
	case strings.HasPrefix(name, ".") || strings.HasSuffix(name, "."):
		return inputError("A project's name does not start or end with a dot.")
	case reservedProject.MatchString(name):
		return inputError("%s is a reserved name; no project can have it.", quote(name))
	}
	return nil
}

func isControl(r rune) bool {
	return r < ' ' || (r >= 0x7f && r < 0xa0) || r == '\u2028' || r == '\u2029'
}

// quote shows what somebody typed, bounded and on one line.
func quote(text string) string {
	short, was := cut(oneLine(text), 60)
	if was {
		short += "…"
	}
	return "“" + short + "”"
}
