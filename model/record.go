package model

import "time"

// Record gives a model its stamp and its timestamps. Embed it: `model.Record`.
// Its fields are no attributes: REST shows them as __STAMP and __TIMESTAMP, Go code through the entity.
// The data layer counts the stamp: 0 is never saved, the first save makes it 1 (O-035); GORM fills the times.
type Record struct {
	OrdaStamp     int64     `gorm:"column:orda_stamp;not null;default:0"`
	OrdaCreatedAt time.Time `gorm:"column:orda_created_at;autoCreateTime;precision:6"`
	OrdaUpdatedAt time.Time `gorm:"column:orda_updated_at;autoUpdateTime;precision:6"`
}
