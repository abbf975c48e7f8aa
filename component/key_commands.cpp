// immpd keys, immpd pins
#include <iostream>

#include "armor/time_text.hpp"
#include "component/commands.hpp"

namespace immp::component {

int keys(const Given& given) {
    return administer(given, [](Administration& administration) -> Result<void> {
        auto lines = administration.keys();
        if (!lines) return std::unexpected(std::move(lines.error()));
        for (const OwnKeyLine& key : *lines) {
            std::cout << (key.in_use ? "* " : "  ") << key.serial << " " << key.fingerprint << " "
                      << armor::time_text(key.made) << "\n";
        }
        return {};
    });
}

int keys_rotate(const Given& given) {
    return administer(given, [](Administration& administration) { return administration.rotate_keys(); });
}

int pins(const Given& given) {
    return administer(given, [](Administration& administration) -> Result<void> {
        auto all = administration.pins();
        if (!all) return std::unexpected(std::move(all.error()));
        for (const bridge::Pin& pin : *all) {
            std::cout << pin.domain << " " << (pin.state == bridge::PinState::changed ? "CHANGED" : "trusted")
                      << (pin.confirmed ? " confirmed " : " ") << pin_fingerprint(pin) << "\n";
        }
        return {};
    });
}

int pins_accept(const Given& given) {
    return administer(
        given, [&](Administration& administration) { return administration.accept_pin(given.domain); });
}

}  // namespace immp::component
