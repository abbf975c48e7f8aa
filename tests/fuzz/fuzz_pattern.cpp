// layer: mail
// Patterns of blocked senders and values of settings: what is accepted is harmless, and its form is its own.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "bridge/mail/block.hpp"
#include "bridge/mail/settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace immp::bridge;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto pattern = parse_block_pattern(text)) {
        if (parse_block_pattern(*pattern) != *pattern) std::abort();
        if (pattern->find_first_of(" ,;\"\\#?+") != std::string::npos) std::abort();
        if (!is_glob(*pattern) && !glob_matches(*pattern, *pattern)) std::abort();
        (void)block_matches(*pattern, "bob@b.example", "b.example");
    }
    const std::size_t half = size / 2;
    if (glob_matches(text.substr(0, half), text.substr(half)) && !glob_matches("*", text)) std::abort();
    const std::size_t equals = text.find('=');
    const SettingSpec* spec = find_setting(text.substr(0, equals));
    if (!spec || equals == text.npos) return 0;
    const auto value = spec->prepare(text.substr(equals + 1));
    if (value && spec->prepare(*value) != *value) std::abort();
    return 0;
}
