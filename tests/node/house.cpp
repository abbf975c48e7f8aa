#include "tests/node/house.hpp"

#include <iostream>

namespace immp::bridge {

namespace {

std::unexpected<Error> no_answer() {
    return fail_for_now(720, "no answer", std::chrono::seconds(1));
}

}  // namespace

House* Wire::serving(const std::string& domain) {
    const auto found = houses.find(domain);
    const bool is_there = found != houses.end() && found->second->is_started && found->second->is_reachable;
    return is_there ? found->second : nullptr;
}

void Wire::owe(const House& house, std::function<void()> unanswered) {
    owed_.emplace(&house, std::move(unanswered));
}

void Wire::shut(const House& house) {
    const auto [begin, end] = owed_.equal_range(&house);
    for (auto each = begin; each != end; ++each)
        loop_.post(std::move(each->second));
    owed_.erase(begin, end);
}

template <class T>
void WireLink::request(const std::string& domain, Callback<T> done,
                       std::move_only_function<void(Node&, Callback<T>)> ask) {
    auto waiting = std::make_shared<Callback<T>>(std::move(done));
    const auto settle = [is_cut = is_cut_, waiting](Result<T> result) {
        if (auto once = std::exchange(*waiting, nullptr); once && !*is_cut) once(std::move(result));
    };
    House* const house = wire_.serving(routes.next_hop(domain));
    if (!house) return wire_.loop_.post([settle] { settle(no_answer()); });
    wire_.owe(*house, [settle] { settle(no_answer()); });
    ask(*house->node, settle);
}

void WireLink::send_piece(std::string domain, BundlePiece piece, Callback<BundleStatus> done) {
    wire_.pieces.emplace_back(domain_, piece);
    const Fate fate = wire_.fate(domain_, piece);
    // Posted: pieces arrive in order, after whatever was under way.
    wire_.loop_.post([this, is_cut = is_cut_, domain = std::move(domain), fate, piece = std::move(piece),
                      done = std::move(done)]() mutable {
        if (*is_cut) return;
        if (fate == Fate::lose) return done(no_answer());
        auto heard = [&wire = wire_, fate, done = std::move(done)](Result<BundleStatus> status) mutable {
            if (fate == Fate::lose_reply) {
                if (status) wire.lost.push_back(*status);
                return done(no_answer());
            }
            if (fate == Fate::withhold_receipt && status) status->receipt.clear();
            done(std::move(status));
        };
        request<BundleStatus>(domain, std::move(heard), [&](Node& node, Callback<BundleStatus> reply) {
            node.on_piece(domain_, "immp." + domain_, std::move(piece), std::move(reply));
        });
    });
}

void WireLink::ask_bundle(std::string domain, std::string bundle_id, Callback<BundleStatus> done) {
    request<BundleStatus>(domain, std::move(done), [&](Node& node, Callback<BundleStatus> reply) {
        node.on_bundle_question(domain_, "immp." + domain_, std::move(bundle_id), std::move(reply));
    });
}

void WireLink::fetch_records(std::string domain, History history, Callback<std::vector<std::string>> done) {
    const bool is_behind_gateway = routes.next_hop(domain) != domain;
    request<std::vector<std::string>>(domain, std::move(done), [&](Node& node, auto reply) {
        if (!is_behind_gateway) return node.on_key_question(domain, history, std::move(reply));
        // As a server without a component asks its gateway: by KEY REQUEST.
        std::shared_ptr<SessionHost> desk = node.make_desk();
        desk->ask(FindKeys{domain_, *parse_imid(domain), history == History::whole},
                  [desk, reply = std::move(reply)](Answer answer) mutable {
                      if (!answer) return reply(std::unexpected(answer.error()));
                      std::vector<std::string> texts;
                      for (const KeyText& key : std::get<KeyRecords>(*answer).records)
                          texts.push_back(key.record);
                      reply(std::move(texts));
                  });
    });
}

void WireLink::send_receipt(std::string domain, Bytes receipt, Callback<void> done) {
    request<void>(domain, std::move(done), [&](Node& node, Callback<void> reply) {
        node.on_receipt(domain_, std::move(receipt), std::move(reply));
    });
}

void WireLink::announce(std::string domain, Callback<void> done) {
    ++greetings;
    request<void>(domain, std::move(done), [&](Node& node, Callback<void> reply) {
        node.on_peer_seen(domain_);
        reply({});
    });
}

void WireLink::verify_cookie(std::string issuer, CookieClaim claim, Callback<void> done) {
    request<void>(issuer, std::move(done), [&](Node& node, Callback<void> reply) {
        node.on_cookie_question(domain_, std::move(claim), std::move(reply));
    });
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
    // As the daemon does it: works that are queued name the node.
    store.reset();
}

namespace {

std::move_only_function<void()> while_alive(std::weak_ptr<int> run, std::move_only_function<void()> work) {
    return [run = std::move(run), work = std::move(work)]() mutable {
        if (!run.expired()) work();
    };
}

}  // namespace

void House::open() {
    TimedLoop& loop = wire.loop_;
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
    link->routes = routes;
    node = std::make_unique<Node>(NodeServices{
        .domain = domain,
        .owner = "test",
        .limits = limits,
        .store = *store,
        .workers = *workers,
        .now = [&loop] { return loop.now(); },
        .uuid = armor::random_uuid,
        .chance = [] { return 0.5; },
        .routes = routes,
        .programs = programs,
        .new_accounts = new_accounts,
        .post = [&loop,
                 run = std::weak_ptr(run_)](auto work) { loop.post(while_alive(run, std::move(work))); },
        .after = [&loop, run = std::weak_ptr(run_)](
                     std::chrono::milliseconds pause,
                     auto work) { loop.after(pause, while_alive(run, std::move(work))); },
        .log = [this](LogLevel, std::string_view line) { log.emplace_back(line); }});
    node->attach(*link);
    auto counter = Database::open(directory / "immp.db", Access::read_only);
    ASSERT_TRUE(counter) << counter.error().text;
    counter_ = std::move(*counter);
    node->start([&](Result<void> started) { is_started = started.has_value(); });
    ASSERT_TRUE(loop.run_until([&] { return is_started; }));
}

void House::close() {
    // What runs on a worker waits for the store, whose completions come through this thread's loop.
    bool is_idle = false;
    {
        const std::jthread ender([&] {
            node->stop();
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
    is_started = false;
    counter_.reset();
    wire.shut(*this);
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

void House::remove_account(const std::string& name) {
    ASSERT_TRUE(in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        auto removed = transaction.accounts().remove(name);
        if (!removed) return std::unexpected(removed.error());
        return Done{};
    }));
}

void House::set_password(const std::string& account, const armor::ScramKeys& keys) {
    ASSERT_TRUE(in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        const auto id = transaction.accounts().find(account);
        const StoredCredential made{{}, {keys.stored_key.clone(), keys.server_key.clone()}};
        auto set = transaction.accounts().set_credential(**id, "", made, wire.loop_.now());
        if (!set) return std::unexpected(set.error());
        return Done{};
    }));
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
    std::string whole = pull_all(*desk, source);
    EXPECT_EQ(whole.size(), source->length());
    return whole;
}

std::string House::pull(SessionHost& desk, const BodySourcePtr& source) {
    std::optional<Result<std::string>> piece;
    desk.pull(source, [&piece](Result<std::string> octets) { piece.emplace(std::move(octets)); });
    EXPECT_TRUE(wire.loop_.run_until([&] { return piece.has_value(); }));
    EXPECT_TRUE(*piece) << piece->error().detail;
    return piece->value_or("");
}

std::string House::pull_all(SessionHost& desk, const BodySourcePtr& source) {
    std::string whole;
    for (std::string piece = pull(desk, source); !piece.empty(); piece = pull(desk, source))
        whole += piece;
    return whole;
}

RecordLogin House::login(const std::string& account, const std::string& device) {
    auto answer = ask(*node->make_desk(), LookUpCredential{account, device});
    EXPECT_TRUE(answer);
    return {account, device, std::move(std::get<Credential>(*answer).keys.stored_key)};
}

std::uint64_t House::rows(const std::string& table) {
    static_cast<void>(in_store<Done>([](Transaction&) -> Result<Done> { return Done{}; }));
    const auto rows =
        counter_->query("SELECT count(*) FROM " + table).one([](const Row& row) { return row.count(0); });
    EXPECT_TRUE(rows && *rows);
    return rows && *rows ? **rows : 0;
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
