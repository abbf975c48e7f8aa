// Starts libsodium before the first test.
#include <gtest/gtest.h>

#include "armor/random.hpp"

namespace {

class Sodium : public ::testing::Environment {
  public:
    void SetUp() override { ASSERT_TRUE(immp::armor::initialise()); }
};

const auto* const kSodium = ::testing::AddGlobalTestEnvironment(new Sodium);

}  // namespace
