package connections

import (
	"okrbot/cards"
	"okrbot/okr"
)

// FormMarkup is the page with the form of an application, in which each text is one of the
// given.
func FormMarkup(name, tenant, client, ends, file, until string, editing okr.CredentialID, wrong ...cards.FieldError) string {
	f := applicationForm{Editing: editing, Name: name, Kind: okr.BySecret, Tenant: tenant, Client: client, Ends: ends, Certificate: []byte("kept"), File: file, Secret: "never shown", Password: "never shown"}
	return applicationPage{
		Title: "Connect an application", Words: "It reads Azure DevOps for your whole organization, without anyone's sign-in.",
		Form: &f, Kinds: []okr.ApplicationKind{okr.BySecret, okr.ByCertificate, okr.ByFederation, okr.ByMachine}, Until: until, Wrong: wrong,
	}.markup()
}

// WordsMarkup is the page without a form.
func WordsMarkup(title, words string) string {
	return applicationPage{Title: title, Words: words}.markup()
}

// PageFields are the fields of the form.
func PageFields() []string { return pageFields() }

// NoticeWords are the words of a notice, and the verbs of its buttons.
func NoticeWords(n okr.Notice) (words string, verbs []string) {
	buttons := fixes(n)
	if n.ToAdmins() {
		buttons = applicationFixes(n)
	}
	for _, b := range buttons {
		verbs = append(verbs, b.Verb)
	}
	return problem(n), verbs
}
