package manifest

import (
	"image"
	stdcolor "image/color"
	"math"
)

// The icons are drawn here so that no binary file needs a tool to change it: a ring that is three quarters full, and a
// tick. "Design your Teams app icons" on Microsoft Learn asks for a full-bleed colour icon and a white outline.
const (
	colorName   = "color.png"
	outlineName = "outline.png"
	colorSize   = 192 // pixels
	outlineSize = 32

	accentHex = "#5B5FC7"
)

func colorIcon() image.Image {
	accent := stdcolor.NRGBA{R: 0x5B, G: 0x5F, B: 0xC7, A: 0xFF}
	return draw(colorSize, 0.62, func(cover float64) stdcolor.NRGBA {
		return stdcolor.NRGBA{R: mix(accent.R, cover), G: mix(accent.G, cover), B: mix(accent.B, cover), A: 0xFF}
	})
}

func outlineIcon() image.Image {
	return draw(outlineSize, 0.9, func(cover float64) stdcolor.NRGBA {
		return stdcolor.NRGBA{R: 0xFF, G: 0xFF, B: 0xFF, A: mix(0, cover)}
	})
}

// mix goes from a channel's value to white by cover, 0..1.
func mix(from uint8, cover float64) uint8 {
	return uint8(math.Round(float64(from) + (0xFF-float64(from))*cover))
}

// draw paints the mark, scale times as large as the icon, in its middle.
func draw(size int, scale float64, paint func(cover float64) stdcolor.NRGBA) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			img.SetNRGBA(x, y, paint(coverage(x, y, size, scale)))
		}
	}
	return img
}

// coverage is the share of a pixel that the mark covers, 0..1, from 5 by 5 samples.
func coverage(x, y, size int, scale float64) float64 {
	const n = 5
	hits := 0
	for i := range n * n {
		sx := (float64(x) + (float64(i%n)+0.5)/n) / float64(size)
		sy := (float64(y) + (float64(i/n)+0.5)/n) / float64(size)
		if inMark((sx-0.5)/scale*2, (sy-0.5)/scale*2) {
			hits++
		}
	}
	return float64(hits) / (n * n)
}

// half is half of the width of the mark's strokes; the mark fills -1..1.
const half = 0.12

// inMark reports whether the point is on the ring or on the tick.
func inMark(x, y float64) bool {
	return onRing(x, y) || nearSegment(x, y, -0.36, 0.04, -0.09, 0.31) || nearSegment(x, y, -0.09, 0.31, 0.40, -0.27)
}

// onRing goes clockwise from the top for three quarters, with round ends.
func onRing(x, y float64) bool {
	const radius = 1 - half
	turn := math.Mod(math.Atan2(x, -y)/(2*math.Pi)+1, 1)
	if turn <= 0.75 {
		return math.Abs(math.Hypot(x, y)-radius) <= half
	}
	return math.Hypot(x, y+radius) <= half || math.Hypot(x+radius, y) <= half
}

// nearSegment reports whether the point is within half of the line from a to b.
func nearSegment(x, y, ax, ay, bx, by float64) bool {
	dx, dy := bx-ax, by-ay
	t := min(max(((x-ax)*dx+(y-ay)*dy)/(dx*dx+dy*dy), 0), 1)
	return math.Hypot(x-ax-t*dx, y-ay-t*dy) <= half
}
