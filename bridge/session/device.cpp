#include "armor/time_text.hpp"
#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kMaxNameBytes = 255;

// The device named, or a refusal was sent and nothing comes back.
std::optional<std::string> read_name(SessionCore& core, Slot& slot, const Command& command) {
    std::string name = command.arguments.text(0);
    if (!name.empty() && name.size() <= kMaxNameBytes) return name;
    core.refuse(slot, refusal(400, "A device name has 1 to 255 octets"));
    return std::nullopt;
}

// `seen=` is left out for a device that never logged in.
std::string device_line(const DeviceEntry& device) {
    std::string line = as_quoted(device.name) + " secret=" + (device.own_secret ? "own" : "password");
    if (device.last_seen) line += " seen=" + armor::time_text(*device.last_seen);
    return line;
}

}  // namespace

void device_list(SessionCore& core, const SlotPtr& slot, const Command&) {
    core.ask<DeviceList>(slot, ListDevices{core.account},
                         [](SessionCore& c, const SlotPtr& s, const DeviceList& devices) {
                             for (const DeviceEntry& device : devices)
                                 c.reply_more(*s, 200, device_line(device));
                             c.reply(*s, 200, "n=" + std::to_string(devices.size()));
                         });
}

void device_add(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto name = read_name(core, *slot, command);
    if (!name) return;
    core.ask<DeviceSecret>(slot, AddDevice{core.account, *name},
                           [](SessionCore& c, const SlotPtr& s, const DeviceSecret& made) {
                               c.reply(*s, 201, "secret=" + made.secret);
                           });
}

void device_revoke(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto name = read_name(core, *slot, command);
    if (!name) return;
    core.ask<Done>(slot, RevokeDevice{core.account, *name},
                   [](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 244, code_spec(244).text); });
}

}  // namespace immp::bridge
