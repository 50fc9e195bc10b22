package cards

// lineChart is newer than schema 1.5 (Teams documentation, "Charts in Adaptive
// Cards", Chart.Line).
type lineChart struct {
	Type     string
	Title    string
	XTitle   string
	YTitle   string
	Data     []chartSeries
	Fallback container
}

// chartSeries is one line, or the bars of one colour.
type chartSeries struct {
	Legend string
	Color  string
	Values []chartPoint
}

type chartPoint struct {
	X string // of a line a day as 2006-01-02, of bars the name of a group
	Y float64
}

func appendSeries(b []byte, s chartSeries) []byte {
	o := begin(b)
	o.text("legend", s.Legend)
	o.some("color", s.Color)
	o.key("values")
	o.b = appendList(o.b, s.Values, func(b []byte, p chartPoint) []byte {
		o := begin(b)
		o.text("x", p.X)
		o.number("y", p.Y)
		return o.end()
	})
	return o.end()
}

func (c lineChart) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", c.Type)
	o.text("title", c.Title)
	o.some("xAxisTitle", c.XTitle)
	o.some("yAxisTitle", c.YTitle)
	o.key("data")
	o.b = appendList(o.b, c.Data, appendSeries)
	o.element("fallback", c.Fallback)
	return o.end()
}

// The colours of lines, by the names that charts know.
const (
	chartMain    = "categoricalBlue"
	chartNeutral = "neutral"
	chartGuess   = "categoricalTeal"
)

// maxPoints is how many points one line of a chart has.
const maxPoints = 60

// chartOf makes a line of a chart, thinned to maxPoints with both ends kept.
func chartOf(legend, color string, points []Point) chartSeries {
	line := chartSeries{Legend: legend, Color: color, Values: []chartPoint{}}
	for _, p := range thinned(points, maxPoints) {
		line.Values = append(line.Values, chartPoint{X: string(p.Day), Y: round2(p.Value)})
	}
	return line
}

// thinned takes n of the points evenly, the first and the last among them.
func thinned(points []Point, n int) []Point {
	if len(points) <= n {
		return points
	}
	out := make([]Point, n)
	for i := range n {
		out[i] = points[i*(len(points)-1)/(n-1)]
	}
	return out
}

// donutChart is newer than schema 1.5 (Teams documentation, "Charts in Adaptive Cards",
// Chart.Donut). Its numbers stand beside it as a text, so that a client without charts
// misses nothing.
type donutChart struct {
	Type  string
	Title string
	Data  []chartPart
}

type chartPart struct {
	Legend string
	Value  float64
	Color  string
}

func (c donutChart) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", c.Type)
	o.text("title", c.Title) // for screen readers
	o.flag("showTitle", false)
	o.key("data")
	o.b = appendList(o.b, c.Data, func(b []byte, p chartPart) []byte {
		o := begin(b)
		o.text("legend", p.Legend)
		o.number("value", p.Value)
		o.text("color", p.Color)
		return o.end()
	})
	o.text("fallback", "drop")
	return o.end()
}

// barsChart is newer than schema 1.5 (Teams documentation, "Charts in Adaptive Cards",
// Chart.VerticalBar.Grouped). Its numbers stand beside it as text, so that a client without
// charts misses nothing.
type barsChart struct {
	Type  string
	Title string // for screen readers
	Data  []chartSeries
}

func (c barsChart) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", c.Type)
	o.text("title", c.Title)
	o.flag("showTitle", false)
	o.key("data")
	o.b = appendList(o.b, c.Data, appendSeries)
	o.text("fallback", "drop")
	return o.end()
}
