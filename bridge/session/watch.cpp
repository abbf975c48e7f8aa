#include "bridge/session/watch.hpp"

#include <utility>

#include "bridge/session/handlers.hpp"
#include "bridge/session/place.hpp"

namespace immp::bridge {
namespace {

void tell(SessionCore& core, Watch& watch, const FolderStatus& folder) {
    watch.asked.reset();
    watch.told =
        as_token(folder.path) + " u=" + std::to_string(folder.unread) + " t=" + std::to_string(folder.total);
    core.reply_more(*watch.slot, 310, watch.told);
}

void ask(SessionCore& core, Watch& watch) {
    watch.asked = core.ask<MailboxStatus>(
        watch.slot, watch.request, [](SessionCore& c, const SlotPtr& slot, const MailboxStatus& status) {
            if (Lane& lane = c.lane(slot->pipeline); lane.watch && !status.empty())
                tell(c, *lane.watch, status.front());
        });
}

}  // namespace

void SessionWatches::go_on() {
    for (auto& [id, lane] : core_.lanes_) {
        if (!lane.watch) continue;
        if (lane.watch->slot->done || core_.input_ended)
            end(lane, When::told);
        else if (!lane.watch->asked && lane.watch->slot->held.empty() &&  // held while a body is sent whole
                 core_.output.undrained_bytes() < kMaxUndrainedBytes)
            ask(core_, *lane.watch);
    }
}

void SessionWatches::end(const std::string& pipeline) {
    const auto at = core_.lanes_.find(pipeline);
    if (at != core_.lanes_.end()) end(at->second, When::told);
}

void SessionWatches::end_all(When when) {
    for (auto& [id, lane] : core_.lanes_)
        end(lane, when);
}

void SessionWatches::end(Lane& lane, When when) {
    if (!lane.watch || (when == When::told && lane.watch->told.empty() && !lane.watch->slot->done)) return;
    const Watch watch = *std::exchange(lane.watch, std::nullopt);
    if (watch.asked) core_.forget(*watch.asked);
    core_.notify(EndWatch{watch.id});
    if (!watch.slot->done) core_.reply(*watch.slot, 310, "Watch ended");
}

bool SessionWatches::repeat() {
    bool any = false;
    if (core_.output.undrained_bytes() > 0) return false;
    for (auto& [id, lane] : core_.lanes_) {
        if (!lane.watch || lane.watch->told.empty()) continue;
        core_.reply_more(*lane.watch->slot, 310, lane.watch->told);
        any = true;
    }
    return any;
}

void mbox_watch(SessionCore& core, const SlotPtr& slot, const Command& command) {
    auto place = folder_place(core, command.arguments.text(0));
    if (!place) return core.refuse(*slot, place.error());
    Watch watch{++core.last_watch, slot, {}, {}, {}};
    watch.request = {watch.id, core.account, std::move(place->folder), std::move(place->owner)};
    core.lane(slot->pipeline).watch = std::move(watch);
    ask(core, *core.lane(slot->pipeline).watch);
}

}  // namespace immp::bridge
