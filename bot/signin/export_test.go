package signin

// Markup is the page that the popup shows.
func Markup(title, words, code, notify string, failed bool) string {
	return signInPage{Title: title, Words: words, Code: code, Notify: notify, Failed: failed}.markup()
}
