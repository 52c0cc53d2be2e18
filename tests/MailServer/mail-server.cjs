// A mail server on a free port of this machine, until standard input ends, which it does with the process that started it. Writes "port N", and then each message that it took as a
// line of JSON: { from, to, subject, text, headers }.
const { SMTPServer } = require("smtp-server");
const { simpleParser } = require("mailparser");

process.stdin.resume();
process.stdin.on("end", () => process.exit());
const server = new SMTPServer({
  disabledCommands: ["STARTTLS"],
  allowInsecureAuth: true,
  onAuth: (auth, session, done) => auth.username === "pipeline" && auth.password === "right" ? done(null, { user: auth.username }) : done(new Error("Invalid username or password")),
  authOptional: true,
  onRcptTo: (address, session, done) => address.address.startsWith("nobody@") ? done(new Error("No such mailbox")) : done(),
  onData: async (stream, session, done) => {
    const mail = await simpleParser(stream);
    console.log(JSON.stringify({
      from: session.envelope.mailFrom.address, to: session.envelope.rcptTo.map(recipient => recipient.address), subject: mail.subject, text: mail.text,
      alert: mail.headers.get("x-pipeline-alert"),
    }));
    done();
  },
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.server.address().port}`));
