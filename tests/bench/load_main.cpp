// The load generator, told on its standard input what to do and answering each line with one of JSON:
//   bench_load PORT DOMAIN AUTHORITY ACCOUNT     the password is the first line of its input
//     open N                                     sessions logged in, until there are N
//     secure N                                   the same with a TLS handshake only
//     deliver MANNER SESSIONS WINDOW BYTES SECONDS RECIPIENT     MANNER is each-reply or at-once
//     burst COUNT WINDOW BYTES RECIPIENT         from one session; answers when all are acknowledged
//     total                                      messages in INBOX
//     arrive TOTAL SECONDS                       waits until INBOX holds so many
//     trickle SESSIONS LINES                     each says NOOP so often, an octet a second; answers with the last reply
// A failure ends it with status 1.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <deque>
#include <iostream>
#include <optional>
#include <sstream>
#include <thread>

#include <sodium.h>

#include "delivery.hpp"
#include "fleet.hpp"

namespace {

using namespace immp::bench;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::chrono::milliseconds kLookPause{5};

struct Crew {
    Script script;
    std::deque<Delivery> deliveries;

    Crew(Fleet& fleet, const Order& order, std::size_t sessions) : script(order) {
        for (std::size_t i = 0; i < sessions; ++i)
            deliveries.emplace_back(fleet.session(i), script, order);
    }
    [[nodiscard]] std::size_t finished() const {
        std::size_t sum = 0;
        for (const Delivery& one : deliveries)
            sum += one.finished();
        return sum;
    }
    [[nodiscard]] bool is_idle() const {
        return std::ranges::all_of(deliveries, [](const Delivery& one) { return one.is_idle(); });
    }
};

/// `messages` were acknowledged within `seconds`; `all` also counts those that were under way then.
void deliver(Fleet& fleet, const Order& order, std::size_t sessions, Seconds length) {
    Crew crew(fleet, order, sessions);
    const auto start = Clock::now();
    for (Delivery& one : crew.deliveries)
        one.start(SIZE_MAX);
    fleet.run_until([&] { return Clock::now() - start >= length; });
    const std::size_t messages = crew.finished();
    const Seconds took = Clock::now() - start;
    for (Delivery& one : crew.deliveries)
        one.stop();
    fleet.run_until([&] { return crew.is_idle(); });
    std::printf("{\"messages\": %zu, \"seconds\": %.6f, \"all\": %zu}\n", messages, took.count(),
                crew.finished());
}

void burst(Fleet& fleet, const Order& order, std::size_t count) {
    Crew crew(fleet, order, 1);
    const auto start = Clock::now();
    crew.deliveries.front().start(count);
    fleet.run_until([&] { return crew.finished() == count; });
    std::printf("{\"messages\": %zu, \"seconds\": %.6f}\n", count, Seconds(Clock::now() - start).count());
}

std::size_t total(Fleet& fleet) {
    std::optional<std::size_t> found;
    Client& client = fleet.session(0);
    client.on_reply([&](Client&, const Reply& reply) {
        const auto at = reply.text.find("t=");
        if (reply.code != 240 || at == std::string_view::npos)
            throw Failure("MBOX CHECK: " + std::to_string(reply.code) + " " + std::string(reply.text));
        std::size_t number = 0;
        std::from_chars(reply.text.data() + at + 2, reply.text.data() + reply.text.size(), number);
        found = number;
    });
    client.say("MBOX CHECK /INBOX::*\n");
    client.flush();
    fleet.run_until([&] { return found.has_value(); });
    return *found;
}

void arrive(Fleet& fleet, std::size_t wanted, Seconds patience) {
    const auto start = Clock::now();
    std::size_t there = 0;
    while ((there = total(fleet)) < wanted) {
        if (Clock::now() - start > patience)
            throw Failure(std::to_string(there) + " of " + std::to_string(wanted) + " messages have arrived");
        std::this_thread::sleep_for(kLookPause);
    }
    std::printf("{\"total\": %zu, \"seconds\": %.6f}\n", there, Seconds(Clock::now() - start).count());
}

/// The octets of all sessions leave evenly over each second.
void trickle(Fleet& fleet, std::size_t sessions, std::size_t lines) {
    constexpr std::string_view kLine = "NOOP\n";
    std::size_t replies = 0;
    for (std::size_t at = 0; at < sessions; ++at)
        fleet.session(at).on_reply([&](Client&, const Reply& reply) {
            if (reply.code != 200) throw Failure("NOOP: " + std::to_string(reply.code));
            ++replies;
        });
    const auto start = Clock::now();
    const std::size_t octets = sessions * lines * kLine.size();
    std::size_t said = 0;
    fleet.run_until([&] {
        const Seconds gone = Clock::now() - start;
        const auto due = static_cast<std::size_t>(gone.count() * static_cast<double>(sessions));
        for (; said < std::min(due, octets); ++said) {
            Client& client = fleet.session(said % sessions);
            client.say(kLine.substr(said / sessions % kLine.size(), 1));
            client.flush();
        }
        return replies == sessions * lines;
    });
    std::printf("{\"replies\": %zu, \"seconds\": %.6f}\n", replies, Seconds(Clock::now() - start).count());
}

template <class... Words>
void read_words(std::istringstream& line, Words&... words) {
    if (!(line >> ... >> words)) throw Failure("not a command: " + line.str());
}

void open(Fleet& fleet, std::istringstream& line, Depth depth) {
    std::size_t sessions = 0;
    read_words(line, sessions);
    const auto start = Clock::now();
    fleet.open(sessions, depth);
    std::printf("{\"sessions\": %zu, \"seconds\": %.6f}\n", fleet.size(),
                Seconds(Clock::now() - start).count());
}

void obey(Fleet& fleet, const std::string& text) {
    std::istringstream line(text);
    std::string verb;
    line >> verb;
    Order order;
    if (verb == "open") return open(fleet, line, Depth::logged_in);
    if (verb == "secure") return open(fleet, line, Depth::secured);
    if (verb == "deliver") {
        std::string manner;
        std::size_t sessions = 0;
        double seconds = 0;
        read_words(line, manner, sessions, order.window, order.body_bytes, seconds, order.recipient);
        order.manner = manner == "each-reply" ? Manner::each_reply : Manner::at_once;
        return deliver(fleet, order, sessions, Seconds(seconds));
    }
    if (verb == "burst") {
        std::size_t count = 0;
        read_words(line, count, order.window, order.body_bytes, order.recipient);
        return burst(fleet, order, count);
    }
    if (verb == "total") {
        std::printf("{\"total\": %zu}\n", total(fleet));
        return;
    }
    if (verb == "arrive") {
        std::size_t wanted = 0;
        double seconds = 0;
        read_words(line, wanted, seconds);
        return arrive(fleet, wanted, Seconds(seconds));
    }
    if (verb == "trickle") {
        std::size_t sessions = 0, lines = 0;
        read_words(line, sessions, lines);
        return trickle(fleet, sessions, lines);
    }
    throw Failure("not a command: " + text);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 5 || sodium_init() < 0) return 2;
    std::string line;
    if (!std::getline(std::cin, line)) return 2;
    try {
        Fleet fleet({arguments[2], static_cast<std::uint16_t>(std::atoi(arguments[1])), 0}, arguments[3],
                    Login(arguments[4], line));
        while (std::getline(std::cin, line)) {
            obey(fleet, line);
            std::fflush(stdout);
        }
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_load: %s\n", failure.what());
        return 1;
    }
}
