package connections

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
)

// maxApplicationForm bounds what is posted to the page, in bytes: a certificate with its key
// and chain has a few KB.
const maxApplicationForm = 256 << 10

// applicationForm is what stands in the form of an application. It is kept with the sealed
// ticket of the link, so that a wrong field loses nothing; what is secret of it never goes
// back to the browser.
type applicationForm struct {
	Editing     okr.CredentialID    `json:"editing,omitempty"`
	Name        string              `json:"name"`
	Kind        okr.ApplicationKind `json:"kind"`
	Tenant      string              `json:"tenant"`
	Client      string              `json:"client"`
	Ends        string              `json:"ends,omitempty"` // a day, as the browser writes it
	Secret      string              `json:"secret,omitempty"`
	Certificate []byte              `json:"certificate,omitempty"`
	File        string              `json:"file,omitempty"` // what the certificate's file is called; empty: it was pasted
	Password    string              `json:"password,omitempty"`
	HasProof    okr.ApplicationKind `json:"hasProof,omitempty"` // of what is renewed; empty: there is none to keep
}

// formOf is the form of an application that is renewed. When its secret ends is left empty: a new
// one has another day.
func formOf(c okr.Credential) applicationForm {
	return applicationForm{Editing: c.ID, Name: c.Application.Name, Kind: c.Application.Kind, Tenant: c.Account.TenantID, Client: c.Account.ObjectID, HasProof: c.Application.Kind}
}

func (f applicationForm) keptSecret() string {
	switch {
	case f.Secret != "":
		return " The one you entered is kept: leave this empty to use it again."
	case f.HasProof == okr.BySecret:
		return " Leave this empty to keep the current one."
	}
	return ""
}

func (f applicationForm) keptCertificate() string {
	switch {
	case len(f.Certificate) > 0 && f.File != "":
		return " The file " + f.File + " is kept: choose none to use it again."
	case len(f.Certificate) > 0:
		return " The one you pasted is kept: leave both empty to use it again."
	case f.HasProof == okr.ByCertificate:
		return " Leave both empty to keep the current one."
	}
	return ""
}

// errFormTooLarge is a post of more than maxApplicationForm.
var errFormTooLarge = okr.FieldErrorf(fieldCertificate, "This file is too large. Choose only the PFX or PEM file of the application, which has a few KB.")

// read takes over what was posted. What is secret and was left empty stays as it is.
func (f *applicationForm) read(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxApplicationForm)
	if err := r.ParseMultipartForm(maxApplicationForm); err != nil { //nolint:gosec // the body is bounded one line above
		if _, isLarge := errors.AsType[*http.MaxBytesError](err); isLarge {
			return errFormTooLarge
		}
		return okr.WrapError(okr.Invalid, err, "The form didn't arrive completely. Send it again.")
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // none is on disk: all of it fits into memory
	f.Name, f.Ends = r.PostFormValue(fieldName), strings.TrimSpace(r.PostFormValue(fieldEnds))
	f.Kind = okr.ApplicationKind(r.PostFormValue(fieldKind))
	if f.Editing == "" {
		f.Tenant, f.Client = r.PostFormValue(fieldTenant), r.PostFormValue(fieldClient)
	}
	f.Secret = typedOr(strings.TrimSpace(r.PostFormValue(fieldSecret)), f.Secret)
	f.Password = typedOr(r.PostFormValue(fieldPassword), f.Password)
	return f.readCertificate(r)
}

func typedOr(typed, kept string) string {
	if typed != "" {
		return typed
	}
	return kept
}

func (f *applicationForm) readCertificate(r *http.Request) error {
	if pasted := strings.TrimSpace(r.PostFormValue(fieldPEM)); pasted != "" {
		f.Certificate, f.File = []byte(pasted), ""
	}
	for _, file := range r.MultipartForm.File[fieldCertificate] {
		raw, err := contentOf(file)
		if err != nil {
			return okr.WrapError(okr.Invalid, err, "The file didn't arrive completely. Choose it again.")
		}
		if len(raw) > 0 {
			f.Certificate, f.File = raw, okr.Shorten(okr.CleanLine(file.Filename), 80)
			f.Password = r.PostFormValue(fieldPassword) // of this file, not of the one before
		}
	}
	return nil
}

func contentOf(file *multipart.FileHeader) ([]byte, error) {
	in, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	return io.ReadAll(in)
}

// input is the form as the domain takes it. Kinds are those that the person may use.
func (f applicationForm) input(kinds []okr.ApplicationKind) (okr.ApplicationInput, error) {
	in := okr.ApplicationInput{Editing: f.Editing, Name: f.Name, Tenant: f.Tenant, ClientID: f.Client, Kind: f.Kind}
	if !slices.Contains(kinds, f.Kind) {
		return in, okr.FieldErrorf(fieldKind, "Choose how the application signs in.")
	}
	switch f.Kind {
	case okr.BySecret:
		in.Secret = okr.Secret(f.Secret)
		if f.Ends != "" {
			day, err := time.Parse(time.DateOnly, f.Ends)
			if err != nil {
				return in, okr.FieldErrorf(fieldEnds, "Enter the date as year-month-day, for example 2027-03-31, or leave it empty.")
			}
			in.Ends = day.Add(12 * time.Hour) // the same day wherever it is read
		}
	case okr.ByCertificate:
		in.Certificate, in.Password = okr.Secret(f.Certificate), okr.Secret(f.Password)
	case okr.ByMachine:
		in.Tenant = "" // that of okrbot's registration
	}
	return in, nil
}
