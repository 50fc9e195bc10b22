package cards

// lineChart is newer than schema 1.5 (Teams documentation, "Charts in Adaptive
// Cards", Chart.Line).
type lineChart struct {
	Type     string
	Title    string
	XTitle   string
	YTitle   string
	Data     []chartLine
	Fallback container
}

type chartLine struct {
	Legend string
	Color  string
	Values []chartPoint
}

type chartPoint struct {
	X string // a day as 2006-01-02
	Y float64
}

func (c lineChart) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", c.Type)
	o.text("title", c.Title)
	o.some("xAxisTitle", c.XTitle)
	o.some("yAxisTitle", c.YTitle)
	o.key("data")
	o.b = appendList(o.b, c.Data, func(b []byte, l chartLine) []byte {
		o := begin(b)
		o.text("legend", l.Legend)
		o.some("color", l.Color)
		o.key("values")
		o.b = appendList(o.b, l.Values, func(b []byte, p chartPoint) []byte {
			o := begin(b)
			o.text("x", p.X)
			o.number("y", p.Y)
			return o.end()
		})
		return o.end()
	})
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
func chartOf(legend, color string, points []Point) chartLine {
	line := chartLine{Legend: legend, Color: color, Values: []chartPoint{}}
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
