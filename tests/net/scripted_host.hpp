// A node that answers as the test says. Lives on the I/O thread; the test looks at it through Log.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "bridge/session/host.hpp"

namespace immp::test {

/// What happened, in order; any thread may wait for a line.
class EventLog {
  public:
    void add(std::string event) {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
        changed_.notify_all();
    }
    /// The first event that begins so, or an empty string after ten seconds.
    [[nodiscard]] std::string wait_for(std::string_view beginning) {
        std::unique_lock lock(mutex_);
        std::string found;
        changed_.wait_for(lock, std::chrono::seconds(10), [&] {
            for (const std::string& event : events_)
                if (event.starts_with(beginning)) found = event;
            return !found.empty();
        });
        return found;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> events_;
};

/// A stored answer of `left` octets, all 'x'.
struct FilledSource final : bridge::BodySource {
    explicit FilledSource(std::uint64_t octets) : whole(octets), left(octets) {}
    [[nodiscard]] std::uint64_t length() const override { return whole; }
    std::uint64_t whole;
    std::uint64_t left;
};

/// The script: what the hosts of a test do, and what they saw. Used on the I/O thread, but for `events`.
struct HostScript {
    std::function<void(bridge::Request, bridge::SessionHost::AnswerDone)> answer;
    bool congested = false;
    std::function<void()> resume;
    std::function<void(Error)> ended;
    std::uint64_t octets_taken = 0;
    std::uint64_t octets_pulled = 0;
    EventLog events;
};

class ScriptedHost final : public bridge::SessionHost {
  public:
    explicit ScriptedHost(std::shared_ptr<HostScript> script) : script_(std::move(script)) {}
    ~ScriptedHost() override { script_->events.add("gone"); }

    void ask(bridge::Request request, AnswerDone done) override {
        script_->answer(std::move(request), std::move(done));
    }
    void part_octets(bridge::PartOctets octets) override {
        script_->octets_taken += octets.octets.size();
        script_->events.add("octets of part " + std::to_string(octets.part));
    }
    void drop_part(bridge::DropPart part) override {
        script_->events.add("dropped part " + std::to_string(part.part));
    }
    void drop_delivery(bridge::DeliveryId delivery) override {
        script_->events.add("dropped " + std::to_string(delivery));
    }
    void pull(bridge::BodySourcePtr source, PullDone done) override {
        auto& filled = dynamic_cast<FilledSource&>(*source);
        const std::uint64_t piece = std::min<std::uint64_t>(filled.left, 64 * 1024);
        filled.left -= piece;
        script_->octets_pulled += piece;
        done(std::string(static_cast<std::size_t>(piece), 'x'));
    }
    [[nodiscard]] bool congested() const override { return script_->congested; }
    void on_uncongested(std::function<void()> resume) override { script_->resume = std::move(resume); }
    void on_login_ended(std::function<void(Error)> ended) override { script_->ended = std::move(ended); }

  private:
    std::shared_ptr<HostScript> script_;
};

}  // namespace immp::test
