// Notifications on a desktop, with buttons (libnotify, which speaks org.freedesktop.Notifications). The
// library is loaded when there is a desktop, so that immp runs where there is neither.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bridge/client/failure.hpp"

namespace immp::bridge::client {

struct DesktopNote {
    std::string id;  ///< handed back with what was chosen
    std::string title;
    std::string text;  ///< plain; markup in it is shown, not obeyed
    std::vector<std::string> buttons;
    bool important = false;
};

/// One that was pressed.
struct DesktopButton {
    std::size_t place;  ///< in the note, from 0
    std::string label;
};

class Desktop {
  public:
    /// Called in a thread of its own when somebody presses a button.
    using Chosen = std::function<void(const std::string& id, const DesktopButton& button)>;

    /// The user's desktop. Nothing where there is none: DISPLAY or WAYLAND_DISPLAY, a session bus
    /// (DBUS_SESSION_BUS_ADDRESS or $XDG_RUNTIME_DIR/bus) and libnotify.so.4.
    [[nodiscard]] static std::unique_ptr<Desktop> find(Chosen chosen);
    virtual ~Desktop() = default;

    /// ExitStatus::unavailable where nobody there shows notifications. Of those shown, the last kMaxShown can
    /// be answered.
    [[nodiscard]] virtual Outcome<void> show(DesktopNote note) = 0;

    static constexpr std::size_t kMaxShown = 100;
};

}  // namespace immp::bridge::client
