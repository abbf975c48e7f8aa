// The table of configuration keys.
#pragma once

#include <span>

#include "component/config.hpp"

namespace immp::component {

enum class KeyType {
    text,
    path,    ///< relative ones are meant from the folder of the configuration file
    number,  ///< in [least, most]
    list,    ///< of texts; comma-separated in the environment
    table,   ///< of texts by name; in KeyValue a list of NAME=TEXT, so in the environment
    secret,  ///< a text that is never shown
};

/// A value whose type has been checked against the key's.
struct KeyValue {
    std::string text;
    std::uint64_t number = 0;
    std::vector<std::string> list;
    std::string told;  ///< where: "immpd.toml:8: listener.key"
};

struct KeySpec {
    std::string_view section;  ///< empty: top level
    std::string_view name;
    KeyType type;
    /// As it stands in TOML; empty: no default, the key is required.
    std::string_view fallback;
    std::string_view meaning;
    /// Takes the value over; an error's text says what is wrong with it.
    Result<void> (*take)(Config& config, KeyValue value);
    std::uint64_t least = 0;
    std::uint64_t most = UINT64_MAX;
};

[[nodiscard]] std::span<const KeySpec> config_keys();

/// `[listener] port` is `IMMP_LISTENER_PORT`, top-level `domain` is `IMMP_DOMAIN`.
[[nodiscard]] std::string environment_name(const KeySpec& key);

}  // namespace immp::component
