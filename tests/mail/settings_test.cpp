// The table of settings: each value's one form, and what is none.
#include "bridge/mail/settings.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

struct ValueCase {
    const char* name;
    const char* value;
    const char* prepared;  ///< null: 400
};

TEST(Settings, HaveOneForm) {
    const ValueCase cases[] = {
        {"compression", "gzip", "GZIP"},
        {"COMPRESSION", "LZ4", nullptr},
        {"LANGUAGE", "de-CH", "de-ch"},
        {"LANGUAGE", "x", nullptr},
        {"LANGUAGE", "de-", nullptr},
        {"LANGUAGE", "de_CH", nullptr},
        {"LANGUAGE", "123", nullptr},
        {"LANGUAGE", "toolongword", nullptr},
        {"NOTIFY", "important", "IMPORTANT"},
        {"NOTIFY", "some", nullptr},
        {"PUSH-POLICY", "refuse", "REFUSE"},
        {"PUSH-POLICY", "allow", nullptr},
        {"RETENTION", "none", "NONE"},
        {"RETENTION", "30", "30"},
        {"RETENTION", "0", nullptr},
        {"RETENTION", "36501", nullptr},
        {"RETENTION", "-1", nullptr},
        {"RETENTION", "30d", nullptr},
        {"VACATION", "I am away", "I am away"},
        {"VACATION-DAYS", "365", "365"},
        {"VACATION-DAYS", "366", nullptr},
        {"VACATION-DAYS", "0", nullptr},
        {"XMPP", "on", "ON"},
        {"XMPP", "OFF", "OFF"},
        {"XMPP", "ask", nullptr},
    };
    for (const ValueCase& each : cases) {
        const SettingSpec* spec = find_setting(each.name);
        ASSERT_NE(spec, nullptr) << each.name;
        const auto prepared = spec->prepare(each.value);
        if (each.prepared)
            EXPECT_EQ(prepared, each.prepared) << each.name;
        else
            EXPECT_EQ(prepared ? 0 : prepared.error().code, 400) << each.name << "=" << each.value;
    }
    EXPECT_EQ(find_setting("COLOUR"), nullptr);
}

TEST(Settings, DefaultsAreValues) {
    for (const SettingSpec& spec : setting_table()) {
        if (spec.fallback.empty()) continue;
        EXPECT_EQ(spec.prepare(spec.fallback), spec.fallback) << spec.name;
    }
}

TEST(Settings, NotifyByImportance) {
    EXPECT_TRUE(notifies("ALL", Importance::low));
    EXPECT_FALSE(notifies("NONE", Importance::high));
    EXPECT_TRUE(notifies("IMPORTANT", Importance::high));
    EXPECT_FALSE(notifies("IMPORTANT", Importance::normal));
}

}  // namespace
}  // namespace immp::bridge
