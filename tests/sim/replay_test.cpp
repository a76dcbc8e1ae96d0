// The modelled broker answers as the real one did: every script of tests/data/sim, recorded by
// record.py, is played to the model, and each step must tell each connection the same.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "sim/broker_model.h"

using namespace nats_blotter;
using Json = nlohmann::json;

namespace {

Json file_json(const std::string& name) {
    std::ifstream file(std::string(NB_TEST_DATA) + "/sim/" + name + ".json");
    std::stringstream text;
    text << file.rdbuf();
    return Json::parse(text.str(), nullptr, false);
}

// Payloads are written as if each byte were a character.
std::string bytes_of(const Json& json) {
    const std::string text = json.get<std::string>();
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            bytes.push_back(text[i]);
        } else {
            const auto next = static_cast<unsigned char>(text[++i]);
            bytes.push_back(static_cast<char>(static_cast<unsigned char>(lead << 6 | (next & 63))));
        }
    }
    return bytes;
}

std::vector<std::string> list_of(const Json& json, const char* key) {
    return json.contains(key) ? json[key].get<std::vector<std::string>>()
                              : std::vector<std::string>{};
}

MonotonicUs milliseconds(const Json& json, const char* key, MonotonicUs otherwise) {
    return json.contains(key) ? json[key].get<std::int64_t>() * kMillisecondUs : otherwise;
}

sim::BrokerConfig config_of(const Json& json) {
    sim::BrokerConfig config;
    config.max_payload = json.value("max_payload", config.max_payload);
    config.max_control_line = json.value("max_control_line", config.max_control_line);
    config.max_subscriptions = json.value("max_subscriptions", config.max_subscriptions);
    config.max_connections = json.value("max_connections", config.max_connections);
    config.token = json.value("token", std::string());
    config.ping_max = json.value("ping_max", config.ping_max);
    config.auth_timeout = milliseconds(json, "auth_timeout_ms", config.auth_timeout);
    config.ping_interval = milliseconds(json, "ping_interval_ms", config.ping_interval);
    config.lame_duck_grace = milliseconds(json, "lame_duck_grace_ms", config.lame_duck_grace);
    if (json.contains("users"))
        for (const Json& user : json["users"])
            config.users.push_back({user.value("user", ""), user.value("password", ""),
                                    list_of(user, "publish_allow"), list_of(user, "publish_deny"),
                                    list_of(user, "subscribe_allow"),
                                    list_of(user, "subscribe_deny")});
    return config;
}

// What one event is compared by, as one line of text.
std::string line_of(const Json& event) {
    const std::string op = event.value("op", "");
    std::string line = op;
    if (op == "info") {
        for (const Json& key : event["keys"]) line += " " + key.get<std::string>();
        line += " " + event["values"].dump();
    } else if (op == "msg" || op == "hmsg") {
        for (const char* key : {"subject", "sid", "reply", "headers", "payload"})
            line += " <" + bytes_of(event[key]) + ">";
    } else if (op == "err") {
        line += " " + event["text"].get<std::string>();
    } else if (op == "close") {
        line += " " + std::to_string(event["code"].get<int>()) + " " +
                event["reason"].get<std::string>();
    }
    return line;
}

std::string line_of(const sim::BrokerOp& op) {
    using Kind = sim::BrokerOp::Kind;
    switch (op.kind) {
        case Kind::Ok: return "ok";
        case Kind::Ping: return "ping";
        case Kind::Pong: return "pong";
        case Kind::Err: return "err " + op.text;
        case Kind::Msg:
        case Kind::Hmsg:
            return std::string(op.kind == Kind::Msg ? "msg" : "hmsg") + " <" + op.subject + "> <" +
                   op.sid + "> <" + op.reply + "> <" + op.headers + "> <" + op.payload + ">";
        case Kind::Info: break;
    }
    const Json json = Json::parse(op.text, nullptr, false);
    std::string line = "info";
    for (const auto& [key, value] : json.items()) line += " " + key;
    Json values = Json::object();
    for (const char* key :
         {"version", "proto", "headers", "max_payload", "auth_required", "ldm", "jetstream"})
        if (json.contains(key)) values[key] = json[key];
    return line + " " + values.dump();
}

// Deliveries of one message to one connection may come in any order: both sides are sorted.
void sort_deliveries(std::vector<std::string>& lines) {
    const auto message_of = [](const std::string& line) {
        if (line.rfind("msg <", 0) != 0 && line.rfind("hmsg <", 0) != 0) return std::string();
        return line.substr(0, line.find('>')) + line.substr(line.rfind('<'));
    };
    for (std::size_t start = 0; start < lines.size();) {
        std::size_t end = start + 1;
        const std::string message = message_of(lines[start]);
        while (!message.empty() && end < lines.size() && message_of(lines[end]) == message) ++end;
        std::sort(lines.begin() + static_cast<std::ptrdiff_t>(start),
                  lines.begin() + static_cast<std::ptrdiff_t>(end));
        start = end;
    }
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

class Replay {
  public:
    explicit Replay(const Json& model) : broker_(config_of(model)) {}

    void play(const Json& steps) {
        for (const Json& step : steps) {
            CAPTURE(step.dump());
            act(step);
            for (auto& [who, peer] : peers_) {
                std::vector<std::string> told = take_told(peer);
                std::vector<std::string> recorded;
                if (const auto found = step["events"].find(who); found != step["events"].end())
                    for (const Json& event : *found) recorded.push_back(line_of(event));
                sort_deliveries(told);
                sort_deliveries(recorded);
                CHECK(joined(told) == joined(recorded));
            }
        }
    }

  private:
    struct Peer {
        sim::BrokerModel::ConnectionId id = 0;
        std::size_t ops_told = 0;
        bool close_told = false;
    };

    void act(const Json& step) {
        const std::string who = step["who"];
        if (who == "wait") return run_for(step["do"].get<std::int64_t>() * kMillisecondUs);
        run_for(150 * kMillisecondUs);
        const std::string what = step["do"];
        if (who == "signal") {
            if (what == "USR2") broker_.lame_duck(now_);
            if (what == "TERM") broker_.shut_down();
            if (what == "KILL")
                for (auto& [name, peer] : peers_) broker_.end(peer.id, "", 1006, "");
        } else if (what == "open") {
            peers_[who].id = broker_.connect(now_);
        } else if (what == "drop") {
            broker_.lose(peers_[who].id);
            peers_.erase(who);
        } else {
            broker_.receive(peers_[who].id, bytes_of(step["bytes"]), now_);
        }
    }

    void run_for(MonotonicUs duration) {
        const MonotonicUs end = now_ + duration;
        while (broker_.next_time() <= end) {
            now_ = broker_.next_time();
            broker_.on_time(now_);
        }
        now_ = end;
    }

    std::vector<std::string> take_told(Peer& peer) {
        std::vector<std::string> told;
        const auto& ops = broker_.ops(peer.id);
        while (peer.ops_told < ops.size()) told.push_back(line_of(ops[peer.ops_told++]));
        const auto& close = broker_.closed(peer.id);
        if (close && !peer.close_told) {
            peer.close_told = true;
            told.push_back("close " + std::to_string(close->code) + " " + close->reason);
        }
        return told;
    }

    sim::BrokerModel broker_;
    MonotonicUs now_ = 1000 * kSecondUs;
    std::map<std::string, Peer> peers_;
};

}  // namespace

TEST_CASE("ModelAnswersAsTheRealBrokerDid") {
    int scripts = 0;
    for (const char* name : {"plain", "tight", "users", "token", "one", "pings", "duck"}) {
        const Json recording = file_json(name);
        REQUIRE(recording.is_object());
        for (const Json& script : recording["scripts"]) {
            const std::string title = script["name"];
            CAPTURE(title);
            Replay(recording["model"]).play(script["steps"]);
            ++scripts;
        }
    }
    std::printf("modelled broker: %d recorded scripts\n", scripts);
    CHECK(scripts >= 100);
}
