#include "tests/node/house.hpp"

#include <iostream>

namespace immp::bridge {

/// As the link does it: what is not answered in time (its house was shut) is a 720.
template <class T>
Callback<T> WireLink::guarded(Callback<T> done) {
    auto owed = std::make_shared<Callback<T>>(std::move(done));
    auto settle = [is_cut = is_cut_, owed](Result<T> result) {
        if (auto waiting = std::exchange(*owed, nullptr); waiting && !*is_cut) waiting(std::move(result));
    };
    wire_.loop_.after(std::chrono::seconds(60), [settle]() mutable {
        settle(fail_for_now(720, "no answer", std::chrono::seconds(1)));
    });
    return settle;
}

template <class T>
bool WireLink::unreachable(const std::string& domain, Callback<T>& done) {
    const auto found = wire_.houses.find(domain);
    if (found != wire_.houses.end() && found->second->is_reachable) return false;
    wire_.loop_.post([done = std::move(done)]() mutable {
        done(fail_for_now(720, "remote-server-not-found", std::chrono::seconds(1)));
    });
    return true;
}

void WireLink::send_piece(std::string domain, BundlePiece piece, Callback<BundleStatus> done) {
    wire_.pieces.emplace_back(domain_, piece);
    done = guarded(std::move(done));
    if (unreachable(domain, done)) return;
    const Fate fate = wire_.fate(domain_, piece);
    auto lost = [](Callback<BundleStatus>& lost_done) {
        lost_done(fail_for_now(720, "no answer", std::chrono::seconds(1)));
    };
    if (fate == Fate::lose) {
        return wire_.loop_.post([lost, done = std::move(done)]() mutable { lost(done); });
    }
    wire_.loop_.post([this, domain = std::move(domain), fate, lost, piece = std::move(piece),
                      done = std::move(done)]() mutable {
        const auto there = wire_.houses.find(domain);
        if (there == wire_.houses.end()) return lost(done);
        there->second->node->on_piece(
            domain_, "immp." + domain_, std::move(piece),
            [&wire = wire_, fate, lost, done = std::move(done)](Result<BundleStatus> status) mutable {
                if (fate == Fate::lose_reply) {
                    if (status) wire.lost.push_back(*status);
                    return lost(done);
                }
                if (fate == Fate::withhold_receipt && status) status->receipt.clear();
                done(std::move(status));
            });
    });
}

void WireLink::ask_bundle(std::string domain, std::string bundle_id, Callback<BundleStatus> done) {
    done = guarded(std::move(done));
    if (unreachable(domain, done)) return;
    wire_.houses.at(domain)->node->on_bundle_question(domain_, "immp." + domain_, std::move(bundle_id),
                                                      std::move(done));
}

void WireLink::fetch_records(std::string domain, History history, Callback<std::vector<std::string>> done) {
    done = guarded(std::move(done));
    if (unreachable(domain, done)) return;
    wire_.houses.at(domain)->node->on_key_question(domain, history, std::move(done));
}

void WireLink::send_receipt(std::string domain, Bytes receipt, Callback<void> done) {
    done = guarded(std::move(done));
    if (unreachable(domain, done)) return;
    wire_.houses.at(domain)->node->on_receipt(domain_, std::move(receipt), std::move(done));
}

void WireLink::announce(std::string domain, Callback<void> done) {
    ++greetings;
    done = guarded(std::move(done));
    if (unreachable(domain, done)) return;
    wire_.houses.at(domain)->node->on_peer_seen(domain_);
    done({});
}

House::House(Wire& given, std::string name, std::filesystem::path folder)
    : wire(given), domain(std::move(name)), directory(std::move(folder)) {
    wire.houses[domain] = this;
    open();
}

House::~House() {
    const auto ours = wire.houses.find(domain);
    if (ours != wire.houses.end() && ours->second == this) wire.houses.erase(ours);
    close();
}

namespace {

std::move_only_function<void()> while_alive(std::weak_ptr<int> run, std::move_only_function<void()> work) {
    return [run = std::move(run), work = std::move(work)]() mutable {
        if (!run.expired()) work();
    };
}

}  // namespace

void House::open() {
    Loop& loop = wire.loop_;
    run_ = std::make_shared<int>(0);
    is_broken = false;
    auto opened = open_sqlite_store(
        directory,
        [&loop, run = std::weak_ptr(run_)](auto work) { loop.post(while_alive(run, std::move(work))); },
        [this] { is_broken = true; });
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
    workers = std::make_unique<Workers>(1);
    link = std::make_unique<WireLink>(wire, domain);
    node = std::make_unique<Node>(NodeServices{
        .domain = domain,
        .owner = "test",
        .limits = {},
        .store = *store,
        .workers = *workers,
        .now = [&loop] { return loop.now(); },
        .uuid = armor::random_uuid,
        .chance = [] { return 0.5; },
        .post = [&loop,
                 run = std::weak_ptr(run_)](auto work) { loop.post(while_alive(run, std::move(work))); },
        .after = [&loop, run = std::weak_ptr(run_)](
                     std::chrono::milliseconds pause,
                     auto work) { loop.after(pause, while_alive(run, std::move(work))); },
        .log = [this](LogLevel, std::string_view line) { log.emplace_back(line); }});
    node->attach(*link);
    bool is_started = false;
    node->start([&](Result<void> started) { is_started = started.has_value(); });
    ASSERT_TRUE(loop.run_until([&] { return is_started; }));
}

void House::close() {
    // What runs on a worker waits for the store, whose completions come through this thread's loop.
    bool is_idle = false;
    {
        const std::jthread ender([&] {
            workers->stop();
            wire.loop_.post([&] { is_idle = true; });
        });
        EXPECT_TRUE(wire.loop_.run_until([&] { return is_idle; }));
    }
    bool is_written = false;
    store->write<Done>([](Transaction&) -> Result<Done> { return Done{}; },
                       [&](Result<Done>) { is_written = true; });
    EXPECT_TRUE(wire.loop_.run_until([&] { return is_written; }));
    link->cut();
    run_.reset();
}

void House::restart() {
    close();
    former_nodes_.push_back(std::move(node));
    former_links_.push_back(std::move(link));
    former_stores_.push_back(std::move(store));
    open();
}

void House::add_account(const std::string& name) {
    auto added = in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        auto account = transaction.accounts().add(name, wire.loop_.now());
        if (!account) return std::unexpected(account.error());
        return Done{};
    });
    ASSERT_TRUE(added);
}

Answer House::ask(SessionHost& desk, Request request) {
    std::optional<Answer> answer;
    desk.ask(std::move(request), [&answer](Answer given) { answer.emplace(std::move(given)); });
    EXPECT_TRUE(wire.loop_.run_until([&] { return answer.has_value(); }));
    return std::move(*answer);
}

Answer House::submit(Submit request, const std::vector<std::string>& bodies) {
    auto desk = node->make_desk();
    request.delivery = 1;
    for (std::uint32_t part = 0; part < bodies.size(); ++part) {
        request.parts[part].number = part;
        desk->part_octets({1, part, bodies[part]});
    }
    return ask(*desk, std::move(request));
}

std::vector<IndexEntry> House::index(const std::string& account, const std::string& folder) {
    auto answer = ask(*node->make_desk(), IndexMailbox{account, folder, {}, 1000, ""});
    EXPECT_TRUE(answer) << answer.error().text;
    if (!answer) return {};
    return std::get<IndexPage>(*answer).entries;
}

std::string House::fetch(const std::string& account, const std::string& uuid, FetchForm form,
                         const std::string& part) {
    auto desk = node->make_desk();
    auto answer = ask(*desk, FetchMessage{account, "/INBOX", uuid, form, part, false});
    EXPECT_TRUE(answer) << answer.error().text;
    if (!answer) return {};
    const auto source = std::get<Fetched>(*answer).source;
    std::string whole;
    while (true) {
        std::optional<Result<std::string>> piece;
        desk->pull(source, [&piece](Result<std::string> octets) { piece.emplace(std::move(octets)); });
        EXPECT_TRUE(wire.loop_.run_until([&] { return piece.has_value(); }));
        EXPECT_TRUE(*piece);
        if (!*piece || (*piece)->empty()) break;
        whole += **piece;
    }
    EXPECT_EQ(whole.size(), source->length());
    return whole;
}

std::uint64_t House::outbox_rows() {
    auto rows = in_store<std::uint64_t>([](Transaction& transaction) -> Result<std::uint64_t> {
        auto all = transaction.outbox().delayed(Time::max(), 10'000);
        if (!all) return std::unexpected(all.error());
        return all->size();
    });
    return rows.value_or(999);
}

Submit mail(const std::string& from, const std::vector<std::string>& to, const std::string& subject) {
    Submit request;
    request.account = from;
    for (const std::string& recipient : to)
        request.recipients.push_back(*parse_imid(recipient));
    request.subject = subject;
    request.parts = {{"body", "text/plain; charset=utf-8", PartClass::content}};
    return request;
}

namespace {

std::filesystem::path fresh_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "immp-node-XXXXXX").string();
    return ::mkdtemp(name.data());
}

}  // namespace

TwoDomains::TwoDomains()
    : directory_(fresh_directory()),
      a_(wire_, "a.example", directory_ / "a"),
      b_(wire_, "b.example", directory_ / "b") {
    for (const auto* name : {"alice@a.example", "carol@a.example"})
        a_.add_account(name);
    for (const auto* name : {"bob@b.example", "dave@b.example"})
        b_.add_account(name);
}

TwoDomains::~TwoDomains() {
    std::filesystem::remove_all(directory_);
    if (!HasFailure()) return;
    for (const House* house : {&a_, &b_}) {
        for (const std::string& line : house->log)
            std::cerr << house->domain << ": " << line << "\n";
    }
}

void TwoDomains::raise_links() {
    a_.link_up();
    b_.link_up();
}

}  // namespace immp::bridge
