// Bare IQs between two components, with nothing of ours in them: what the two XMPP servers carry at most.
//   bench_iq PORT JID PORT JID     both secrets are the first two lines of its input; then commands:
//     exchange BYTES WINDOW SECONDS  -> {"iqs": n, "seconds": s}; BYTES before base64
// The first component asks, the second answers each with an empty result.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>

#include "component_socket.hpp"

namespace {

using namespace immp::bench;
using Clock = std::chrono::steady_clock;

/// Answers until the connection ends.
void answer_all(ComponentSocket& here, const std::string& peer) {
    here.wait_for_ever();
    const std::string tail = "' from='" + here.jid() + "' to='" + peer + "'/>";
    for (;;) {
        const IqHead request = here.next();
        if (request.type != "set")
            throw Failure(here.jid() + ": not asked but told " + std::string(request.type));
        here.say("<iq type='result' id='");
        here.say(request.id);
        here.say(tail);
        if (!here.has_whole_stanza()) here.flush();
    }
}

class Asker {
  public:
    Asker(ComponentSocket& here, const std::string& peer, std::size_t bytes)
        : here_(here), head_("<iq type='set' from='" + here.jid() + "' to='" + peer + "' id='") {
        tail_ = "'><bare xmlns='urn:immp:bench'>" + std::string((bytes + 2) / 3 * 4, 'A') + "</bare></iq>";
    }

    void ask() {
        here_.say(head_);
        here_.say(std::to_string(++asked_));
        here_.say(tail_);
        if (!here_.has_whole_stanza()) here_.flush();
    }
    void take() {
        const IqHead answer = here_.next();
        if (answer.type != "result") throw Failure("an IQ came back as " + std::string(answer.type));
        ++answered_;
    }
    [[nodiscard]] std::size_t under_way() const { return asked_ - answered_; }
    [[nodiscard]] std::size_t answered() const { return answered_; }

  private:
    ComponentSocket& here_;
    std::string head_;
    std::string tail_;
    std::size_t asked_ = 0;
    std::size_t answered_ = 0;
};

void exchange(Asker asker, std::size_t window, std::chrono::duration<double> length) {
    const auto start = Clock::now();
    auto now = start;
    while (now - start < length) {
        while (asker.under_way() < window)
            asker.ask();
        asker.take();
        now = Clock::now();
    }
    std::printf("{\"iqs\": %zu, \"seconds\": %.6f}\n", asker.answered(),
                std::chrono::duration<double>(now - start).count());
    std::fflush(stdout);
    while (asker.under_way() > 0)
        asker.take();
}

std::uint16_t port_of(const char* text) {
    return static_cast<std::uint16_t>(std::atoi(text));
}

}  // namespace

int main(int count, char** arguments) {
    std::string secrets[2];
    if (count != 5 || !std::getline(std::cin, secrets[0]) || !std::getline(std::cin, secrets[1])) return 2;
    try {
        ComponentSocket here(port_of(arguments[1]), arguments[2], secrets[0]);
        ComponentSocket there(port_of(arguments[3]), arguments[4], secrets[1]);
        std::thread([&] {
            try {
                answer_all(there, here.jid());
            } catch (const std::exception& failure) {
                std::fprintf(stderr, "bench_iq: %s\n", failure.what());
                std::_Exit(1);
            }
        }).detach();
        for (std::string line; std::getline(std::cin, line);) {
            std::istringstream words(line);
            std::string verb;
            std::size_t bytes = 0;
            std::size_t window = 0;
            double seconds = 0;
            if (!(words >> verb >> bytes >> window >> seconds) || verb != "exchange") return 2;
            exchange(Asker(here, there.jid(), bytes), window, std::chrono::duration<double>(seconds));
        }
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_iq: %s\n", failure.what());
        std::_Exit(1);
    }
    std::_Exit(0);
}
