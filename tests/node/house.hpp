// Whole nodes on real stores, joined by a link that the test can cut, slow and listen to. The test's own
// thread is the I/O thread: it runs what was posted until something has happened, or the deadline has.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

#include <gtest/gtest.h>

#include "armor/random.hpp"
#include "bridge/node/login.hpp"
#include "bridge/node/node.hpp"
#include "bridge/store/sqlite.hpp"
#include "bridge/store/sqlite_store.hpp"

namespace immp::bridge {

/// Ends what hangs. Seen on a busy machine with a slow disk: 12 s for what takes half a second else.
inline constexpr std::chrono::seconds kPatience{120};
/// Between two looks at what may have changed without an event.
inline constexpr std::chrono::milliseconds kLook{100};

/// The I/O thread's queue, with a clock that only the test moves.
class TimedLoop {
  public:
    void post(std::move_only_function<void()> work) {
        {
            const std::lock_guard lock(mutex_);
            ready_.push_back(std::move(work));
        }
        wake_.notify_one();
    }
    void after(std::chrono::milliseconds pause, std::move_only_function<void()> work) {
        timers_.emplace(now_.load() + pause, std::move(work));
    }
    /// Runs until `happened`, or patience ends; true if it did.
    template <class Condition>
    bool run_until(Condition happened) {
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (!happened()) {
            std::unique_lock lock(mutex_);
            // What a condition reads may be from before the last event, with none left to look again for.
            const auto look = std::min(deadline, std::chrono::steady_clock::now() + kLook);
            if (!wake_.wait_until(lock, look, [this] { return !ready_.empty(); })) {
                if (std::chrono::steady_clock::now() >= deadline) return false;
                continue;
            }
            auto work = std::move(ready_.front());
            ready_.pop_front();
            lock.unlock();
            work();
        }
        return true;
    }
    /// Moves the clock in steps until `happened`, whose own waiting lets others act, or patience ends.
    template <class Condition>
    bool advance_until(std::chrono::milliseconds step, Condition happened) {
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (!happened()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            advance(step);
        }
        return true;
    }
    /// Moves the clock, and posts what is due.
    void advance(std::chrono::milliseconds by) {
        now_ = now_.load() + by;
        while (!timers_.empty() && timers_.begin()->first <= now_.load()) {
            post(std::move(timers_.begin()->second));
            timers_.erase(timers_.begin());
        }
    }
    [[nodiscard]] Time now() const { return std::chrono::floor<std::chrono::seconds>(Time{} + now_.load()); }

  private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::move_only_function<void()>> ready_;
    std::multimap<std::chrono::milliseconds, std::move_only_function<void()>> timers_;
    std::atomic<std::chrono::milliseconds> now_{
        std::chrono::milliseconds(std::chrono::hours(24 * 365 * 56))};  ///< workers read it
};

struct House;

/// What the wire does with a message between two houses.
enum class Fate {
    pass,
    lose,              ///< never arrives; the sender hears 720
    lose_reply,        ///< arrives and is acted on; the sender hears 720
    withhold_receipt,  ///< arrives and is acted on; the sender hears only how much is stored
};

/// The way between the houses of a test: direct calls, in order, each with the fate the test gives it.
class Wire {
  public:
    explicit Wire(TimedLoop& loop) : loop_(loop) {}

    std::map<std::string, House*> houses;
    std::function<Fate(const std::string& from, const BundlePiece& piece)> fate = [](auto&, auto&) {
        return Fate::pass;
    };
    std::vector<std::pair<std::string, BundlePiece>> pieces;  ///< all that were sent, with who sent them
    std::vector<BundleStatus> lost;                           ///< replies that Fate::lose_reply swallowed

    /// The house if it serves now.
    House* serving(const std::string& domain);
    /// Remembers a request to `house`: `unanswered` is called should it be shut, and does nothing once
    /// answered.
    void owe(const House& house, std::function<void()> unanswered);
    /// The house was shut: what it has not answered, nobody will.
    void shut(const House& house);

    TimedLoop& loop_;

  private:
    std::multimap<const House*, std::function<void()>> owed_;
};

class WireLink final : public PeerLink {
  public:
    WireLink(Wire& wire, std::string domain) : wire_(wire), domain_(std::move(domain)) {}

    [[nodiscard]] std::size_t piece_bytes(std::string_view) const override { return piece_bytes_; }
    [[nodiscard]] std::size_t window(std::string_view) const override { return 4; }
    void send_piece(std::string domain, BundlePiece piece, Callback<BundleStatus> done) override;
    void ask_bundle(std::string domain, std::string bundle_id, Callback<BundleStatus> done) override;
    void fetch_records(std::string domain, History history, Callback<std::vector<std::string>> done) override;
    void send_receipt(std::string domain, Bytes receipt, Callback<void> done) override;
    void announce(std::string domain, Callback<void> done) override;
    void verify_cookie(std::string issuer, CookieClaim claim, Callback<void> done) override;

    /// Its house was shut: what is still answered falls silent.
    void cut() { *is_cut_ = true; }

    std::size_t piece_bytes_ = 65'536;
    int greetings = 0;  ///< that it was to send
    Routes routes;      ///< of its house: what goes via another is sent there

  private:
    /// Asks the house behind `domain`; `done` hears once: its answer, or 720 if it does not serve or is shut
    /// meanwhile, as the real link does it; nothing once our own house was shut.
    template <class T>
    void request(const std::string& domain, Callback<T> done,
                 std::move_only_function<void(Node&, Callback<T>)> ask);

    Wire& wire_;
    const std::string domain_;
    std::shared_ptr<bool> is_cut_ = std::make_shared<bool>(false);
};

/// One domain: store, node and link.
struct House {
    House(Wire& wire, std::string domain, std::filesystem::path directory);
    ~House();

    /// Stops and starts again on the same store.
    void restart();
    void add_account(const std::string& name);
    void remove_account(const std::string& name);
    /// What a login must prove from now on; without keys, the StoredKey of zeros.
    void set_password(const std::string& account, const armor::ScramKeys& keys = {});
    Answer ask(SessionHost& desk, Request request);
    /// Submits as a client would: its answer.
    Answer submit(Submit request, const std::vector<std::string>& bodies);
    /// The messages of a folder, newest first.
    std::vector<IndexEntry> index(const std::string& account, const std::string& folder = "/INBOX");
    std::string fetch(const std::string& account, const std::string& uuid, FetchForm form,
                      const std::string& part = "");
    /// The next octets of a fetched message; empty at its end.
    std::string pull(SessionHost& desk, const BodySourcePtr& source);
    std::string pull_all(SessionHost& desk, const BodySourcePtr& source);
    /// All of a table, when the writes before are done.
    std::uint64_t rows(const std::string& table);
    /// With the secret that is stored for it now; without one, as with a wrong one.
    RecordLogin login(const std::string& account, const std::string& device);
    std::uint64_t outbox_rows() { return rows("outbox"); }
    template <class R>
    Result<R> in_store(std::move_only_function<Result<R>(Transaction&)> work) {
        std::optional<Result<R>> result;
        store->write<R>(std::move(work), [&result](Result<R> done) { result.emplace(std::move(done)); });
        EXPECT_TRUE(wire.loop_.run_until([&] { return result.has_value(); }));
        return std::move(*result);
    }
    void link_up() { node->on_link(LinkState::up); }
    void link_down() { node->on_link(LinkState::down); }

    Wire& wire;
    const std::string domain;
    NodeLimits limits;                                ///< of the next start
    Routes routes;                                    ///< likewise
    ProgramSettings programs;                         ///< of the next start
    NewAccounts new_accounts = NewAccounts::refused;  ///< of the next start
    const std::filesystem::path directory;
    std::vector<std::string> log;
    std::unique_ptr<Store> store;
    std::unique_ptr<Workers> workers;
    std::unique_ptr<WireLink> link;
    std::unique_ptr<Node> node;
    bool is_reachable = true;
    bool is_started = false;  ///< the daemon raises its link only then
    bool is_broken = false;   ///< the store said so; a daemon would end

  private:
    void open();
    void close();

    std::unique_ptr<Database> counter_;
    /// Goes with the run: what was posted or put off by a run that ended does nothing.
    std::shared_ptr<int> run_;
    /// Calls under way may still name an ended run's node: it stays until the house goes.
    std::vector<std::unique_ptr<Node>> former_nodes_;
    std::vector<std::unique_ptr<WireLink>> former_links_;
    std::vector<std::unique_ptr<Store>> former_stores_;
};

/// A mail with one text part.
Submit mail(const std::string& from, const std::vector<std::string>& to, const std::string& subject);

/// Accounts of TwoDomains.
inline constexpr const char* kAlice = "alice@a.example";
inline constexpr const char* kCarol = "carol@a.example";
inline constexpr const char* kBob = "bob@b.example";

/// Two houses, a.example and b.example, with alice, carol, bob and dave; links down until a test raises them.
class TwoDomains : public testing::Test {
  protected:
    TwoDomains();
    ~TwoDomains() override;
    void raise_links();

    const std::filesystem::path directory_;
    TimedLoop loop_;
    Wire wire_{loop_};
    House a_;
    House b_;
};

}  // namespace immp::bridge
