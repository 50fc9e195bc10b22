package wording

// exceptions are texts in which a refused form is meant.
var exceptions = []exception{
	{"for example 20", "20*", typedDate},
	{"=2026-02-15: 40", "2026-02-15", typedDate},
	{"Sign the lease, 2026-05-21, @Megan", "2026-05-21", typedDate},
	{"## [0.2.0] - 2026-11-29", "2026-11-29", "the form of Keep a Changelog, which programs read"},
	{"=Everybody", "Everybody", vivaWord},
	{"“Everybody”", "Everybody", vivaWord},
	{"okrbot-20", "20*", "the name of a file, which sorts by it"},
	{"Make everybody", "everybody", "a title that somebody gave"},
	{"=new kr", "new kr", "a short form of a command, which people type"},
}

const (
	typedDate = "the one form in which a date is typed in a line"
	vivaWord  = "the word of Viva Goals in its export files"
)
