#include "bridge/client/media_type.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

TEST(MediaType, GoesByTheEnding) {
    EXPECT_EQ(media_type_of("photo.JPG"), "image/jpeg");
    EXPECT_EQ(media_type_of("archive.tar.gz"), "application/gzip");
    EXPECT_EQ(media_type_of("notes.txt"), "text/plain");
    EXPECT_EQ(media_type_of("7z.zst"), "application/zstd");
}

TEST(MediaType, IsOctetsWhereNothingIsKnown) {
    for (const char* name : {"Makefile", "strange.xyz", "ends.", ""})
        EXPECT_EQ(media_type_of(name), "application/octet-stream") << name;
}

}  // namespace
}  // namespace immp::bridge
