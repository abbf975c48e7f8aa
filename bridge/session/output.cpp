#include "bridge/session/output.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace immp::bridge {

SlotPtr Output::open(const std::string& pipeline, Verb verb) {
    auto slot = std::make_shared<Slot>(Slot{pipeline, verb, {}, false});
    open_[pipeline].push_back(slot);
    ++slots_;
    return slot;
}

void Output::act(Action action) {
    actions_.push_back(std::move(action));
}

void Output::send(std::string octets) {
    if (octets.empty()) return;
    undrained_bytes_ += octets.size();
    if (!actions_.empty())
        if (auto* last = std::get_if<Send>(&actions_.back())) {
            last->octets += octets;
            return;
        }
    actions_.push_back(Send{std::move(octets)});
}

void Output::write(Slot& slot, std::string octets) {
    held_bytes_ += octets.size();
    if (slot.held.empty())
        slot.held = std::move(octets);
    else
        slot.held += octets;
    flush(slot.pipeline);
}

void Output::finish(Slot& slot) {
    slot.done = true;
    flush(slot.pipeline);
}

void Output::flush(const std::string& pipeline) {
    const auto at = open_.find(pipeline);
    if (at == open_.end()) return;
    auto& slots = at->second;
    while (!slots.empty() && (!exclusive_ || exclusive_ == slots.front().get())) {
        held_bytes_ -= slots.front()->held.size();
        send(std::exchange(slots.front()->held, {}));
        if (!slots.front()->done) return;
        slots.pop_front();
        --slots_;
    }
    if (slots.empty()) open_.erase(at);
}

void Output::flush_all() {
    std::set<std::string> pipelines;
    add_live(pipelines);
    flush("");
    for (const std::string& pipeline : pipelines)
        flush(pipeline);
}

void Output::stream(SlotPtr slot, BodySourcePtr source, int code, std::string fields) {
    const std::uint64_t length = source->length();
    streams_.push_back({std::move(slot), std::move(source), code, std::move(fields), length});
    if (length > 0) return;
    Stream empty = std::move(streams_.back());
    streams_.pop_back();
    write(*empty.slot, reply_line(empty.slot->pipeline, code, More::last, "LENGTH 0" + empty.fields) + "\n");
    finish(*empty.slot);
}

void Output::pull_next(Ticket ticket) {
    if (pulling_ || streams_.empty() || undrained_bytes_ >= kMaxUndrainedBytes) return;
    pulling_ = ticket;
    act(Pull{ticket, streams_.front().source});
}

Output::Flow Output::pulled(Result<std::string> octets) {
    pulling_.reset();
    Stream& stream = streams_.front();
    if (!octets || octets->empty() || octets->size() > stream.left) {
        if (stream.begun) return Flow::broken;
        const Error error = octets ? Error{700, "The stored length is wrong", {}, {}} : octets.error();
        write(*stream.slot, refusal_line(stream.slot->pipeline, error));
        end_stream();
        return Flow::going;
    }
    if (stream.slot->pipeline.empty())
        write_whole(stream, *std::move(octets));
    else
        write_pieces(stream, *octets);
    stream.begun = true;
    if (stream.left == 0)
        end_stream();
    else if (!exclusive_)
        std::rotate(streams_.begin(), streams_.begin() + 1, streams_.end());
    return Flow::going;
}

void Output::write_whole(Stream& stream, std::string octets) {
    if (!stream.begun) {
        exclusive_ = stream.slot.get();
        const std::string length = "LENGTH " + std::to_string(stream.left);
        write(*stream.slot, reply_line("", stream.code, More::last, length + stream.fields));
    }
    stream.left -= octets.size();
    write(*stream.slot, std::move(octets));
    if (stream.left == 0) write(*stream.slot, "\n");
}

void Output::write_pieces(Stream& stream, std::string_view octets) {
    while (!octets.empty()) {
        const std::string_view piece = octets.substr(0, kMaxPieceBytes);
        octets.remove_prefix(piece.size());
        stream.left -= piece.size();
        const std::string length = "LENGTH " + std::to_string(piece.size());
        write(*stream.slot,
              reply_line(stream.slot->pipeline, stream.code, stream.left == 0 ? More::last : More::follows,
                         length + stream.fields));
        write(*stream.slot, std::string(piece));
        write(*stream.slot, "\n");
    }
}

void Output::end_stream() {
    const SlotPtr slot = std::move(streams_.front().slot);
    streams_.pop_front();
    exclusive_ = nullptr;
    finish(*slot);
    flush_all();
}

bool Output::all_done(std::string_view pipeline, const Slot* until, std::optional<Verb> but) const {
    const auto at = open_.find(pipeline);
    if (at == open_.end()) return true;
    for (const SlotPtr& slot : at->second) {
        if (slot.get() == until) return true;
        if (!slot->done && slot->verb != but) return false;
    }
    return true;
}

void Output::add_live(std::set<std::string>& ids) const {
    for (const auto& [id, slots] : open_)
        if (!id.empty()) ids.insert(id);
}

}  // namespace immp::bridge
