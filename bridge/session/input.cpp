#include "bridge/session/input.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

// AUTH, UPGRADE, SET and QUIT change what other commands mean: they run when all earlier ones are done, and
// later ones run after them. They are those that AS may not precede.
bool runs_alone(const Command& command) {
    return command.spec && command.spec->pipelining == Pipelining::refused && command.pipeline.empty() &&
           !command.error;
}

bool belongs_to_delivery(Verb verb) {
    switch (verb) {
        case Verb::deliver_to:
        case Verb::deliver_add:
        case Verb::data:
        case Verb::done:
        case Verb::abort: return true;
        default: return false;
    }
}

bool ends_session(const Command& command) {
    return command.may_have_body || (command.error && command.error->code == 710);
}

Verb verb_of(const Command& command) {
    return command.spec ? command.spec->verb : Verb::noop;
}

}  // namespace

void SessionInput::run() {
    unpacked_bytes_ = 0;
    while (run_waiting() || step()) {
    }
    unread_.erase(0, std::exchange(used_, 0));
    watches_.go_on();
    core_.output.pull_next(core_.new_ticket());
    close_if_done();
}

bool SessionInput::step() {
    if (core_.closing_) {
        used_ = unread_.size();
        commands_.clear();
        if (body_ && !is_chunked(body_->upload))
            end_body(*body_->upload, refusal(400, "The body did not end"));
        body_.reset();
        return false;
    }
    if (paused() || has_work()) return false;
    if (body_) return read_body();
    if (commands_.empty()) return read_line();
    if (must_wait(commands_.front())) return false;
    Command command = std::move(commands_.front());
    commands_.pop_front();
    begin(std::move(command));
    return true;
}

bool SessionInput::read_line() {
    if (unread().empty()) return false;
    const LineReader::Step step = lines_.feed(unread());
    used_ += step.taken;
    if (!step.line) return false;
    if (step.line->error) {
        refuse_line(*step.line);
        return true;
    }
    auto commands = parse_line(step.line->text);
    if (commands) {
        std::ranges::move(*commands, std::back_inserter(commands_));
        return true;
    }
    refuse_line({{}, commands.error(), names_body(step.line->text)});
    return true;
}

// A body follows its line also where the line is refused; where that cannot be measured, nothing more is
// read.
void SessionInput::refuse_line(const Line& line) {
    if (auto command = find_body_command(line.text)) {
        command->error = line.error;
        commands_.push_back(*std::move(command));
        return;
    }
    core_.refuse(*core_.output.open("", Verb::noop), *line.error);
    if (line.may_have_body) core_.close();
}

bool SessionInput::must_wait(const Command& command) {
    if (barrier_ && !barrier_->done) return true;
    watches_.end(command.pipeline);
    if (runs_alone(command)) {
        abandon_bodies();
        watches_.end_all(SessionWatches::When::told);
        run_waiting();
        return !settled();
    }
    switch (verb_of(command)) {
        case Verb::chunk: return false;
        case Verb::data: return data_must_wait(command.pipeline);
        default: return waiting() >= kMaxWaiting && !in_chunks();
    }
}

void SessionInput::begin(Command command) {
    if (core_.output.slots() >= kMaxSlots && verb_of(command) != Verb::chunk)
        return core_.close(refusal(429, "Too much waits for a body, closing"));
    if (too_many_pipelines(command.pipeline)) command.error = refusal(429, "Too many pipelines");
    switch (verb_of(command)) {
        case Verb::data: return begin_data(command);
        case Verb::chunk: return begin_chunk(command);
        default: break;
    }
    const SlotPtr slot = core_.output.open(command.pipeline, verb_of(command));
    Lane& lane = core_.lane(command.pipeline);
    // Not when its turn comes: what is read behind it would depend on how the octets arrive.
    if (ends_session(command))
        core_.close();
    else if (lane.chunked)
        return core_.refuse(*slot, refusal(405, "Only CHUNK may follow here"));
    lane.waiting.push_back({std::move(command), slot});
}

bool SessionInput::too_many_pipelines(const std::string& pipeline) const {
    if (pipeline.empty()) return false;
    std::set<std::string> live;
    core_.output.add_live(live);
    for (const auto& [id, lane] : core_.lanes_)
        if (!id.empty() && !lane.empty()) live.insert(id);
    return !live.contains(pipeline) && live.size() >= core_.services().limits.pipelines;
}

// Starts what its pipeline is ready for.
bool SessionInput::run_waiting() {
    bool started = false;
    for (auto at = core_.lanes_.begin(); at != core_.lanes_.end();) {
        Lane& lane = at->second;
        if (!lane.waiting.empty()) watches_.end(at->first);
        while (!lane.waiting.empty() && ready(lane)) {
            const Lane::Waiting next = std::move(lane.waiting.front());
            lane.waiting.pop_front();
            start(next.command, next.slot);
            started = true;
        }
        at = lane.empty() ? core_.lanes_.erase(at) : std::next(at);
    }
    return started;
}

bool SessionInput::ready(const Lane& lane) const {
    const auto& [command, slot] = lane.waiting.front();
    const bool bodies_open = lane.delivery && lane.delivery->open_bodies > 0;
    if (slot->verb == Verb::done && bodies_open) return false;
    if (core_.output.is_full()) return false;
    // A delivery may begin while an earlier one still syncs.
    const auto but = belongs_to_delivery(slot->verb) ? std::optional(Verb::done) : std::nullopt;
    return core_.output.all_done(slot->pipeline, slot.get(), but);
}

std::optional<Error> SessionInput::refusal_of(const Command& command) const {
    if (command.error) return command.error;
    const CommandSpec& spec = *command.spec;
    if (const auto code = state_refusal(spec, core_.state)) return refusal(*code);
    if (spec.pipelining == Pipelining::refused && !command.pipeline.empty())
        return refusal(400, std::string(spec.keywords) + " may not stand behind AS");
    if (spec.pipelining == Pipelining::required && command.pipeline.empty())
        return refusal(400, std::string(spec.keywords) + " needs AS");
    if (!is_implemented(spec.verb)) return refusal(701);
    return command.arguments.error;
}

void SessionInput::start(const Command& command, const SlotPtr& slot) {
    if (runs_alone(command)) barrier_ = slot;
    if (const auto error = refusal_of(command)) return core_.refuse(*slot, *error);
    if (command.spec->verb == Verb::upgrade && upgrade_method(command) && !unread().empty()) {
        core_.refuse(*slot, refusal(710, "Octets behind UPGRADE, closing"));
        return core_.close();
    }
    handler_of(command.spec->verb)(core_, slot, command);
}

// While a body comes in chunks, what waits for it can only go on with what the client sends.
bool SessionInput::in_chunks() const {
    return std::ranges::any_of(core_.lanes_, [](const auto& lane) { return lane.second.chunked != nullptr; });
}

bool SessionInput::paused() const {
    return core_.output.is_full() || (core_.output.slots() >= kMaxSlots && !in_chunks());
}

std::size_t SessionInput::waiting() const {
    std::size_t sum = 0;
    for (const auto& [id, lane] : core_.lanes_)
        sum += lane.waiting.size();
    return sum;
}

void SessionInput::close_if_done() {
    if (!core_.closing_ || core_.closed_) return;
    abandon_bodies();
    watches_.end_all(SessionWatches::When::now);
    run_waiting();
    if (settled()) core_.end();
}

}  // namespace immp::bridge
