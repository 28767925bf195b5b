#include "records/limit_book/limit_schema.h"

#include <gtest/gtest.h>

#include "data/store/sqlite.h"

namespace mooring::records {
namespace {

TEST(LimitSchema, MakesTablesThatRefuseOtherTypes) {
  auto db = data::Database::Open(":memory:", {});
  ASSERT_TRUE(db.ok());
  ASSERT_TRUE(db->Migrate(LimitSchema()).ok());
  ASSERT_TRUE(db->Migrate(LimitSchema()).ok());
  EXPECT_FALSE(db->Execute("INSERT INTO revisions VALUES('x', '', '', 'h')").ok());
  EXPECT_TRUE(db->Execute("INSERT INTO revisions VALUES(1, '', '', 'h')").ok());
  EXPECT_FALSE(db->Execute("INSERT INTO revisions VALUES(2, '', '', 'h')").ok());
}

}  // namespace
}  // namespace mooring::records
