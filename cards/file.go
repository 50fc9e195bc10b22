package cards

import "maps"

// SaveFile is a file that somebody may have okrbot save in their OneDrive.
type SaveFile struct {
	Name  string // with its ending
	What  string // what it is, in a line
	Bytes int64  // about; people see it before they decide
	Verb  string // of the answer, be it yes or no
	Data  map[string]string
}

type consentJSON struct {
	Description string            `json:"description"`
	SizeInBytes int64             `json:"sizeInBytes"`
	Accept      map[string]string `json:"acceptContext"`
	Decline     map[string]string `json:"declineContext"`
}

// AskToSave is Teams' own card that asks whether okrbot may save a file; it has the
// buttons Allow and Decline. Source: "Send and receive files using bot".
func AskToSave(f SaveFile) Attachment {
	data := map[string]string{KeyVerb: f.Verb}
	maps.Copy(data, f.Data)
	return Attachment{
		ContentType: ContentTypeFileConsent, Name: f.Name,
		Content: consentJSON{Description: Plain(f.What, maxMessage), SizeInBytes: f.Bytes, Accept: data, Decline: data},
	}
}

type fileJSON struct {
	ID   string `json:"uniqueId"`
	Type string `json:"fileType"`
}

// File is Teams' own card of a file in somebody's OneDrive, by what Teams said of it: its
// address for people, its name, its id and its ending without the dot. Source: "Send and
// receive files using bot".
func File(address, name, id, ending string) Attachment {
	return Attachment{ContentType: ContentTypeFileInfo, ContentURL: address, Name: name, Content: fileJSON{id, ending}}
}
