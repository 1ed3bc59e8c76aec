package rest

import (
	"net/http"
	"strings"

	"github.com/ordago/ordago/model"
)

// media answers the bytes of an image or BLOB.
func (c *call) media(t *target) error {
	key, err := c.key(t)
	if err != nil {
		return err
	}
	data, err := t.class.Media(c.ctx, key, t.relation)
	if err != nil {
		return err
	}
	c.out.contentType = "application/octet-stream"
	c.out.set("Content-Security-Policy", "default-src 'none'; sandbox")
	if c.req.params.has("version") {
		c.out.set("Cache-Control", "private, max-age=86400")
	}
	if t.relation.Type == model.Blob {
		c.out.set("Content-Disposition", `attachment; filename="`+mediaName(t, key)+`"`)
	} else if data = c.image(data); data == nil {
		return nil
	}
	c.out.buf = append(c.out.buf, data...)
	return nil
}

// image returns the bytes of a picture if they are in the format that was asked for; another one is answered by an empty body. Only
// types of pictures are named: nothing stored can make a browser run it.
func (c *call) image(data []byte) []byte {
	sniffed := http.DetectContentType(data)
	if !strings.HasPrefix(sniffed, "image/") {
		sniffed = "application/octet-stream"
	}
	if len(data) > 3 && (string(data[:4]) == "II*\x00" || string(data[:4]) == "MM\x00*") {
		sniffed = "image/tiff"
	}
	c.out.contentType = sniffed
	format := strings.ToLower(c.req.params.text("imageformat"))
	if format != "" && format != "best" && "image/"+format != sniffed {
		return nil
	}
	return data
}

// mediaName is the file name under which a BLOB is saved: Book_3_excerpt.
func mediaName(t *target, key []string) string {
	name := t.class.Name() + "_" + strings.Join(key, "_") + "_" + t.relation.Name
	return strings.Map(func(r rune) rune {
		if r < 128 && (isAlnum(byte(r)) || r == '_' || r == '-') {
			return r
		}
		return '_'
	}, name)
}
