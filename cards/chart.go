package cards

// lineChart is newer than schema 1.5 (Teams documentation, "Charts in Adaptive
// Cards", Chart.Line).
type lineChart struct {
	Type     string      `json:"type"`
	Title    string      `json:"title"`
	XTitle   string      `json:"xAxisTitle,omitempty"`
	YTitle   string      `json:"yAxisTitle,omitempty"`
	Data     []chartLine `json:"data"`
	Fallback container   `json:"fallback"`
}

type chartLine struct {
	Legend string       `json:"legend"`
	Color  string       `json:"color,omitempty"`
	Values []chartPoint `json:"values"`
}

type chartPoint struct {
	X string  `json:"x"` // a day as 2006-01-02
	Y float64 `json:"y"`
}

func (lineChart) isElement() {}

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
