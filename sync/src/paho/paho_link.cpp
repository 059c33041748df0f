#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include <mqtt/async_client.h>

#include "link/connect_reason.hpp"
#include "paho_clients.hpp"
#include "paho_options.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {
namespace {

using Clock = std::chrono::steady_clock;

/// Publishes on their way at once. Beyond the broker's Receive Maximum (mosquitto: 20) Paho sends the rest a second at
/// a time, because a PUBACK does not wake its sending thread, and refuses a 101st: so the queue is ours and Paho's
/// stays short.
constexpr std::size_t kWindow = 16;
constexpr std::size_t kMostWaiting = 10'000;
/// What fails sooner than this fails of something that can be looked for; the rest is silence, and asking a name server
/// or a broker that does not answer once more would only take as long again.
constexpr std::chrono::seconds kQuick{3};

Error error_of(mqtt::exception const& e) { return {Code::io, std::string("mqtt: ") + e.what()}; }

/// Reconnecting is ours, on one supervisor thread that also runs every Done: Paho's own automatic reconnect loses
/// messages, has no start from "never connected", and calls back under its lock. No lock of ours is held around a call
/// into Paho, because Paho calls back with its own lock held.
class PahoLink final : public MqttLink, mqtt::callback, mqtt::iaction_listener {
 public:
  PahoLink(std::string uri, MqttOptions options, std::uint64_t seed)
      : uri_(std::move(uri)),
        place_(uri_.substr(uri_.find("//") + 2)),
        options_(std::move(options)),
        random_(seed),
        clients_(new_client()) {}
  ~PahoLink() override { stop(std::chrono::seconds{1}); }

  void start(MqttEvents events) override {
    events_ = std::move(events);
    std::lock_guard const lock(mutex_);
    if (running_ || stopping_) return;
    running_ = true;
    next_attempt_ = Clock::now();
    supervisor_ = std::thread([this] { supervise(); });
  }

  void stop(std::chrono::milliseconds patience) override;
  [[nodiscard]] bool connected() const override { return up_; }
  void subscribe(std::string filter, Done done) override;
  void subscribe_at_most_once(std::string filter, Done done) override;
  void unsubscribe(std::string filter, Done done) override;
  void publish(MqttPublish message, Done done) override;

 private:
  struct Waiting {
    MqttPublish message;
    Done done;
  };

  // Paho's threads.
  void connection_lost(std::string const& cause) override { lost(cause.empty() ? "connection lost" : cause); }
  void message_arrived(mqtt::const_message_ptr message) override;
  void on_success(mqtt::token const& token) override;
  void on_failure(mqtt::token const& token) override;
  void lost(std::string const& why);
  void connect_failed(std::string const& why, bool known);
  void finish(std::uint64_t id, Result<void> result);

  // The supervisor's thread.
  void supervise();
  void attempt();
  void renew();
  [[nodiscard]] bool going_on();
  [[nodiscard]] std::string reason_of(std::string const& why, Clock::duration took);

  PahoClients::Client new_client();

  struct Outstanding {
    Done done;
    bool in_window = false;
  };
  /// Puts `done` on the list of outstanding requests; the id travels through Paho as the user context.
  std::uint64_t remember(Done done, bool in_window);
  /// Sends what waits as far as the window allows; one thread at a time, so that the order is kept.
  void pump();
  void refuse(Done done, Code code, std::string why);
  void enqueue(std::function<void()> task);
  Result<void> fits(MqttPublish const& message);
  void send(MqttPublish message, Done done);
  template <class Call>
  void request(Done done, bool in_window, Call call);
  std::chrono::milliseconds next_backoff();

  std::string const uri_;
  std::string const place_;  ///< "host:port", as it is told
  MqttOptions const options_;
  MqttEvents events_;
  std::atomic<bool> up_{false};

  std::mutex mutex_;    ///< guards all below
  bool stale_ = false;  ///< the client holds messages of a connection that is gone
  std::condition_variable wake_;
  bool running_ = false, stopping_ = false, connecting_ = false;
  int in_callback_ = 0;
  Clock::time_point next_attempt_{}, attempt_began_{};
  unsigned failures_ = 0;
  ShortLives lives_{options_.client_id};
  std::mt19937_64 random_;
  std::deque<std::function<void()>> tasks_;
  std::deque<Waiting> waiting_;
  std::map<std::uint64_t, Outstanding> outstanding_;
  std::size_t in_flight_ = 0, window_ = kWindow;
  std::size_t largest_ = SIZE_MAX;  ///< packet, as the broker said on connecting
  bool keeps_ = true;               ///< retained messages, as it said
  bool pumping_ = false;
  std::uint64_t last_id_ = 0;
  std::thread supervisor_;
  // Last, so that they go first: until Paho has let go of a client its thread calls back into all of the above.
  PahoClients clients_;
};

constexpr std::uint64_t kConnect = 0;

void* context_of(std::uint64_t id) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(id)); }

std::size_t largest_packet(mqtt::properties const& properties) {
  if (!properties.contains(mqtt::property::MAXIMUM_PACKET_SIZE)) return SIZE_MAX;
  return mqtt::get<std::uint32_t>(properties, mqtt::property::MAXIMUM_PACKET_SIZE);
}

bool keeps_messages(mqtt::properties const& properties) {
  if (!properties.contains(mqtt::property::RETAIN_AVAILABLE)) return true;
  return mqtt::get<std::uint8_t>(properties, mqtt::property::RETAIN_AVAILABLE) != 0;
}

std::size_t receive_maximum(mqtt::properties const& properties) {
  if (!properties.contains(mqtt::property::RECEIVE_MAXIMUM)) return 65'535;
  return std::max<std::size_t>(mqtt::get<std::uint16_t>(properties, mqtt::property::RECEIVE_MAXIMUM), 1);
}

std::uint64_t id_of(mqtt::token const& token) { return reinterpret_cast<std::uintptr_t>(token.get_user_context()); }

void PahoLink::stop(std::chrono::milliseconds patience) {
  {
    std::lock_guard const lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (supervisor_.joinable()) supervisor_.join();
  try {
    if (up_.exchange(false)) clients_.current()->disconnect(static_cast<int>(patience.count()))->wait_for(patience);
  } catch (mqtt::exception const&) {
    // Already disconnected; the broker then sends the will, which is true.
  }
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return in_callback_ == 0; });
  running_ = false;
  auto tasks = std::exchange(tasks_, {});
  auto outstanding = std::exchange(outstanding_, {});
  auto waiting = std::exchange(waiting_, {});
  lock.unlock();
  for (auto& task : tasks) task();
  for (auto& [id, one] : outstanding) one.done(fail(Code::io, "mqtt: stopped before the broker answered"));
  for (auto& one : waiting) one.done(fail(Code::busy, "mqtt: stopped before it was sent"));
}

void PahoLink::supervise() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    } else if (!up_ && !connecting_ && Clock::now() >= next_attempt_) {
      connecting_ = true;
      lock.unlock();
      attempt();
      lock.lock();
    } else if (!up_ && !connecting_) {
      wake_.wait_until(lock, next_attempt_);
    } else {
      wake_.wait(lock);
    }
  }
}

PahoClients::Client PahoLink::new_client() {
  auto client =
      std::make_shared<mqtt::async_client>(uri_, options_.client_id, mqtt::create_options(MQTTVERSION_5), nullptr);
  client->set_callback(*this);
  client->set_disconnected_handler(
      [this](mqtt::properties const&, mqtt::ReasonCode reason) { lost(closed_text(static_cast<int>(reason))); });
  return client;
}

/// A client that lost its connection sends all it had under way again with the next one, beside what the layer above
/// sends by itself: more each time, until the broker sees more than its Receive Maximum and ends every connection at
/// once. So what is new begins with a client that knows nothing; the session is the broker's.
void PahoLink::renew() {
  {
    std::lock_guard const lock(mutex_);
    stale_ = false;
  }
  clients_.replace(new_client());
}

void PahoLink::attempt() {
  try {
    bool stale = false;
    {
      std::lock_guard const lock(mutex_);
      stale = stale_;
      attempt_began_ = Clock::now();
    }
    if (stale || clients_.current_is_broken()) renew();
    clients_.current()->connect(connect_options_for(options_), context_of(kConnect), *this);
  } catch (mqtt::exception const& e) {
    connect_failed(e.what(), false);
  }
}

void PahoLink::message_arrived(mqtt::const_message_ptr message) {
  {
    std::lock_guard const lock(mutex_);
    if (stopping_) return;
    ++in_callback_;
  }
  if (events_.on_message) {
    auto const& topic = message->get_topic();
    auto const& payload = message->get_payload_ref();
    events_.on_message({topic, {payload.data(), payload.size()}, message->is_retained(), message->is_duplicate()});
  }
  {
    std::lock_guard const lock(mutex_);
    --in_callback_;
  }
  wake_.notify_all();
}

void PahoLink::on_success(mqtt::token const& token) {
  auto const id = id_of(token);
  if (id != kConnect) return finish(id, {});
  auto const response = token.get_connect_response();
  bool const session = response.is_session_present();
  auto const allowed = receive_maximum(response.get_properties());
  auto const largest = largest_packet(response.get_properties());
  bool const keeps = keeps_messages(response.get_properties());
  {
    std::lock_guard const lock(mutex_);
    if (!connecting_) return;  // Paho reports the success of a connect twice
    connecting_ = false;
    failures_ = 0;
    window_ = std::min(std::clamp<std::size_t>(allowed - 1, 1, kWindow), options_.limits.in_flight);
    largest_ = largest;
    keeps_ = keeps && options_.limits.retained;
    lives_.begins();
    up_ = true;
  }
  enqueue([this, session] {
    if (events_.on_connected) events_.on_connected(session);
    pump();
  });
}

void PahoLink::on_failure(mqtt::token const& token) {
  auto const id = id_of(token);
  // A refusal of CONNECT comes as the one or the other.
  auto const reason = std::max(static_cast<int>(token.get_reason_code()), token.get_return_code());
  auto text = mqtt::exception::error_str(token.get_return_code());
  if (reason >= 0x80) text = mqtt::exception::reason_code_str(reason) + " (reason code " + std::to_string(reason) + ")";
  if (auto const mend = mend_of(reason); !mend.empty()) text += ": " + mend;
  if (id == kConnect) return connect_failed(text, reason >= 0x80);
  if (token.get_type() == mqtt::token::PUBLISH && token.get_return_code() == MQTTASYNC_FAILURE) {
    clients_.broke(token.get_client());
  }
  finish(id, fail(reason >= 0x80 ? Code::rejected : Code::io, "mqtt: " + text));
}

/// `known`: the broker itself said why.
void PahoLink::connect_failed(std::string const& why, bool known) {
  Clock::duration took{};
  {
    std::lock_guard const lock(mutex_);
    connecting_ = false;
    next_attempt_ = Clock::now() + next_backoff();
    took = Clock::now() - attempt_began_;
  }
  enqueue([this, why, known, took] {
    auto const reason = known ? why : reason_of(why, took);
    if (events_.on_lost) events_.on_lost(place_ + ": " + reason);
  });
}

bool PahoLink::going_on() {
  std::lock_guard const lock(mutex_);
  return !stopping_;
}

std::string PahoLink::reason_of(std::string const& why, Clock::duration took) {
  auto const seconds = std::chrono::round<std::chrono::seconds>(took);
  if (took >= kQuick) {
    return "no answer within " + std::to_string(seconds.count()) + " s (" + why +
           "); look at address, name server, firewall and network";
  }
  if (!going_on()) return why;
  auto const colon = place_.rfind(':');
  auto host = place_.substr(0, colon);
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  auto found = connect_reason(host, place_.substr(colon + 1), options_, kQuick, [this] { return going_on(); });
  return found.empty() ? why : found;
}

void PahoLink::lost(std::string const& why) {
  std::map<std::uint64_t, Outstanding> outstanding;
  std::string told;
  {
    std::lock_guard const lock(mutex_);
    if (!up_.exchange(false)) return;
    told = lives_.ends(why);
    next_attempt_ = Clock::now() + next_backoff();
    outstanding.swap(outstanding_);
    stale_ = stale_ || !outstanding.empty();
    in_flight_ = 0;
  }
  enqueue([this, why, told, broken = std::move(outstanding)] {
    for (auto const& [id, one] : broken) one.done(fail(Code::io, "mqtt: " + why + " before the broker answered"));
    if (events_.on_lost) events_.on_lost(place_ + ": " + told);
  });
}

std::chrono::milliseconds PahoLink::next_backoff() {
  auto const doubled = options_.backoff_first * (1LL << std::min(failures_++, 20U));
  auto const most = std::min<std::chrono::milliseconds>(doubled, options_.backoff_most).count();
  // Half to one and a half: a thousand terminals do not come back in the same second after a broker restart.
  return std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>(most / 2, most + most / 2)(random_)};
}

void PahoLink::finish(std::uint64_t id, Result<void> result) {
  Done done;
  {
    std::lock_guard const lock(mutex_);
    auto const it = outstanding_.find(id);
    if (it == outstanding_.end()) return;  // answered already as lost
    done = std::move(it->second.done);
    if (it->second.in_window && in_flight_ > 0) --in_flight_;
    outstanding_.erase(it);
  }
  enqueue([this, done = std::move(done), result = std::move(result)] {
    pump();
    done(result);
  });
}

std::uint64_t PahoLink::remember(Done done, bool in_window) {
  std::lock_guard const lock(mutex_);
  outstanding_.emplace(++last_id_, Outstanding{std::move(done), in_window});
  return last_id_;
}

void PahoLink::enqueue(std::function<void()> task) {
  {
    std::lock_guard const lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_all();
}

void PahoLink::refuse(Done done, Code code, std::string why) {
  bool alive = false;
  {
    std::lock_guard const lock(mutex_);
    alive = running_ && !stopping_;
  }
  auto task = [done = std::move(done), error = Error{code, "mqtt: " + std::move(why)}] { done(tl::unexpected(error)); };
  if (alive) return enqueue(std::move(task));
  task();
}

template <class Call>
void PahoLink::request(Done done, bool in_window, Call call) {
  if (!up_) return refuse(std::move(done), Code::io, "not connected");
  auto const id = remember(std::move(done), in_window);
  try {
    call(context_of(id));
  } catch (mqtt::exception const& e) {
    finish(id, tl::unexpected(error_of(e)));
  }
}

void PahoLink::subscribe(std::string filter, Done done) {
  request(std::move(done), false, [&](void* context) { clients_.current()->subscribe(filter, 1, context, *this); });
}

void PahoLink::subscribe_at_most_once(std::string filter, Done done) {
  request(std::move(done), false, [&](void* context) { clients_.current()->subscribe(filter, 0, context, *this); });
}

void PahoLink::unsubscribe(std::string filter, Done done) {
  request(std::move(done), false, [&](void* context) { clients_.current()->unsubscribe(filter, context, *this); });
}

/// Paho sends what a broker will not take, and the broker ends the connection.
Result<void> PahoLink::fits(MqttPublish const& message) {
  std::lock_guard const lock(mutex_);
  constexpr std::size_t kHeader = 16;  // fixed header, lengths, packet number, no properties
  auto const packet = kHeader + message.topic.size() + message.payload.size();
  if (message.payload.size() > options_.limits.max_payload || packet > largest_) {
    return fail(Code::rejected, "mqtt: " + std::to_string(message.payload.size()) + " bytes for " + message.topic +
                                    ": larger than this broker takes (" +
                                    std::to_string(std::min(options_.limits.max_payload, largest_)) + ")");
  }
  if (message.retain && !keeps_) {
    return fail(Code::rejected, "mqtt: this broker keeps no messages (retained), which bundles, words and states need");
  }
  return {};
}

void PahoLink::send(MqttPublish message, Done done) {
  if (auto const good = fits(message); !good) {
    {
      std::lock_guard const lock(mutex_);
      if (in_flight_ > 0) --in_flight_;
    }
    return enqueue([this, done = std::move(done), good] {
      pump();
      done(good);
    });
  }
  request(std::move(done), true, [&](void* context) {
    clients_.current()->publish(
        mqtt::make_message(std::move(message.topic), std::move(message.payload), 1, message.retain), context, *this);
  });
}

void PahoLink::publish(MqttPublish message, Done done) {
  {
    std::lock_guard const lock(mutex_);
    auto const room = !running_ || stopping_ ? 0 : (up_ ? kMostWaiting : options_.offline_messages);
    if (waiting_.size() < room) waiting_.push_back({std::move(message), std::exchange(done, nullptr)});
  }
  if (done) return refuse(std::move(done), Code::busy, "the buffer for messages is full or the link stopped");
  pump();
}

void PahoLink::pump() {
  std::unique_lock lock(mutex_);
  if (pumping_) return;
  pumping_ = true;
  while (up_ && in_flight_ < window_ && !waiting_.empty()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    ++in_flight_;
    lock.unlock();
    send(std::move(next.message), std::move(next.done));
    lock.lock();
  }
  pumping_ = false;
}

}  // namespace

Result<std::unique_ptr<MqttLink>> make_paho_link(MqttOptions options) {
  auto uri = paho_uri(options.uri);
  if (!uri) return tl::unexpected(uri.error());
  if (auto ok = check_options(options); !ok) return tl::unexpected(ok.error());
  auto const seed = random_id();
  if (!seed) return tl::unexpected(seed.error());
  // Paho would send the broker's traffic to an HTTP proxy named in the environment; a broker is always reached
  // directly.
  for (auto const* name : {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"}) ::unsetenv(name);
  try {
    return std::make_unique<PahoLink>(std::move(*uri), std::move(options), *seed);
  } catch (std::exception const& e) {
    return fail(Code::io, std::string("mqtt: ") + e.what());
  }
}

}  // namespace tillcue::sync
