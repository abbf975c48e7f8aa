// The driver's part in a test: a clock that is set by hand, ids that count, stanzas that are kept.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "component/outlet.hpp"
#include "tests/component/stream_text.hpp"

namespace immp::component {

class OutletDouble final : public Outlet {
  public:
    void send(std::string stanza, Lane lane) override { sent.emplace_back(std::move(stanza), lane); }
    std::size_t queued_bytes() const override { return queued; }

    /// The oldest stanza not looked at yet; empty where there is none.
    std::string next() {
        if (sent.empty()) return {};
        auto stanza = std::move(sent.front().first);
        sent.pop_front();
        return stanza;
    }

    std::deque<std::pair<std::string, Lane>> sent;
    std::size_t queued = 0;
};

struct WorldDouble {
    Time now{std::chrono::hours(1)};
    unsigned ids = 0;
    std::deque<std::move_only_function<void()>> deferred;
    std::vector<std::string> lines;
    World world{[this] { return now; }, [this] { return "id" + std::to_string(++ids); }, [] { return 0.5; },
                [this](std::move_only_function<void()> call) { deferred.push_back(std::move(call)); },
                [this](bridge::LogLevel, std::string_view line) { lines.emplace_back(line); }};

    void run_deferred() {
        while (!deferred.empty()) {
            auto call = std::move(deferred.front());
            deferred.pop_front();
            call();
        }
    }
};

/// Names the bundle that comes or goes.
inline const std::string kBundleId = "0b7e2a4e-5a1c-4b7e-9d55-0123456789ab";

/// One stanza from its text.
inline Stanza stanza(std::string_view text) {
    XmlReader reader;
    const auto whole = std::string(kHeader) + std::string(text);
    std::ranges::copy(whole, reader.room(whole.size()).begin());
    reader.commit(whole.size());
    (void)reader.next();
    auto event = reader.next();
    return event && std::holds_alternative<Stanza>(*event) ? std::get<Stanza>(*std::move(event)) : Stanza{};
}

}  // namespace immp::component
