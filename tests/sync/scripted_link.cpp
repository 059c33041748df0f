#include "scripted_link.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace tillcue::sync::test {

void ScriptedLink::reply(Done done, std::optional<std::string> refusal) {
  due_.push_back([done = std::move(done), refusal = std::move(refusal)] {
    done(refusal ? Result<void>(fail(Code::rejected, "mqtt: " + *refusal)) : Result<void>{});
  });
}

void ScriptedLink::subscribe(std::string filter, Done done) {
  if (!up_) return reply(std::move(done), "not connected");
  auto const refusal = on_subscribe ? on_subscribe(filter) : std::nullopt;
  reply(std::move(done), refusal);
  if (refusal) return;
  filters.insert(filter);
  auto const is_chunk = [](std::string const& one) { return one.find("/c/") != std::string::npos; };
  most_open_chunks = std::max<std::size_t>(
      most_open_chunks, static_cast<std::size_t>(std::count_if(filters.begin(), filters.end(), is_chunk)));
  auto const it = retained.find(filter);
  if (it != retained.end()) send(it->first, it->second);
}

void ScriptedLink::unsubscribe(std::string filter, Done done) {
  filters.erase(filter);
  reply(std::move(done), std::nullopt);
}

void ScriptedLink::publish(MqttPublish message, Done done) {
  auto const refusal = on_publish ? on_publish(message.topic) : std::nullopt;
  if (!refusal) published.push_back(message);
  reply(std::move(done), refusal);
}

void ScriptedLink::connect(bool session) {
  up_ = true;
  if (!session) filters.clear();
  due_.push_back([this, session] { events_.on_connected(session); });
}

void ScriptedLink::disconnect(std::string const& why) {
  up_ = false;
  due_.clear();
  due_.push_back([this, why] { events_.on_lost(why); });
}

bool ScriptedLink::deliver() {
  if (due_.empty()) return false;
  auto const task = std::move(due_.front());
  due_.pop_front();
  task();
  return true;
}

void ScriptedLink::retain(std::string const& topic, std::string payload) {
  retained[topic] = payload;
  if (up_ && filters.contains(topic)) send(topic, payload);
}

void ScriptedLink::send(std::string const& topic, std::string const& payload) {
  due_.push_back([this, topic, payload] {
    if (events_.on_message) events_.on_message({topic, payload, true, false});
  });
}

void ScriptedLink::publish_bundle(SigningKey const& key, Manifest const& manifest, std::string_view bytes) {
  Topics const topics(manifest.chain);
  auto const cut = *cut_bundle(as_bytes(bytes));
  for (std::uint32_t n = 0; n < cut.chunks.size(); ++n)
    retain(topics.chunk(manifest.bundle, n), std::string(piece(bytes, n)));
  if (manifest.chunk_list) retain(topics.chunk(*manifest.chunk_list, 0), cut.chunk_list_bytes);
  retain(topics.manifest(manifest.scope), *seal(key, *encode_manifest(manifest)));
}

ScriptedTerminal::ScriptedTerminal() : outbox(*Outbox::open(folder / "outbox.sqlite", till)) { restart(); }

void ScriptedTerminal::restart() {
  agent.reset();
  store.reset();
  store.emplace(*BundleStore::open(
      folder / "bundles", [this](auto bytes) { return self_test(bytes); }, {}, probe_test));
  KeyRing ring;
  ring.pin(key.public_key());
  AgentOptions options;
  options.chain = "demo";
  options.terminal = till;
  options.version = "0.1.0";
  options.group = group_id;
  options.store = store_id;
  AgentCallbacks callbacks;
  callbacks.post = [this](std::function<void()> task) { tasks.push_back(std::move(task)); };
  callbacks.clock = [this] { return now; };
  callbacks.on_bundle = [this](std::filesystem::path const& file, std::uint64_t release) {
    CHECK(std::filesystem::exists(file));
    activated.push_back(release);
  };
  callbacks.on_error = [this](Error const& error) { errors.push_back(error.what); };
  callbacks.counters = [] { return std::map<std::string, std::int64_t>{{"hints", 3}}; };
  callbacks.work = work;
  callbacks.held_number = words.held_number;
  callbacks.on_word = words.on_word;
  callbacks.holding = words.holding;
  agent.emplace(link, outbox, *store, std::move(ring), options, std::move(callbacks));
  agent->start();
}

void ScriptedTerminal::settle() {
  for (int guard = 0; guard < 100'000; ++guard) {
    if (!tasks.empty()) {
      auto const task = std::move(tasks.front());
      tasks.pop_front();
      task();
    } else if (!link.deliver()) {
      return;
    }
  }
  FAIL("the agent never comes to rest");
}

void ScriptedTerminal::pass(std::chrono::milliseconds duration) {
  auto const end = now.steady + duration;
  while (agent->next_due() <= end) {
    auto const step = std::max(agent->next_due() - now.steady, std::chrono::steady_clock::duration{});
    now.steady += step;
    now.wall += std::chrono::duration_cast<std::chrono::milliseconds>(step);
    agent->tick();
    settle();
  }
  now.wall += std::chrono::duration_cast<std::chrono::milliseconds>(end - now.steady);
  now.steady = end;
}

void ScriptedTerminal::sells(int results) {
  for (int n = 0; n < results; ++n) REQUIRE(outbox.append(decision(static_cast<std::uint32_t>(n))));
  REQUIRE(outbox.commit());
  agent->results_committed();
  settle();
}

void ScriptedTerminal::acknowledge(std::uint64_t through, std::vector<Ack::Range> also) {
  Ack const ack{.terminal = till, .epoch = outbox.epoch(), .through = through, .also = std::move(also)};
  link.send(topics.ack(till), *seal(key, *encode_ack(ack)));
  settle();
}

TerminalState ScriptedTerminal::told() const {
  for (auto it = link.published.rbegin(); it != link.published.rend(); ++it) {
    if (it->topic == topics.state(till)) {
      CHECK(it->retain);
      return *decode_state(it->payload);
    }
  }
  FAIL("no state was published");
  return {};
}

std::vector<Batch> ScriptedTerminal::batches() const {
  std::vector<Batch> all;
  for (auto const& message : link.published) {
    if (message.topic == topics.results(till)) all.push_back(*decode_batch(message.payload));
  }
  return all;
}

bool ScriptedTerminal::complained(std::string_view what) const {
  return std::any_of(errors.begin(), errors.end(),
                     [&](auto const& one) { return one.find(what) != std::string::npos; });
}

}  // namespace tillcue::sync::test
