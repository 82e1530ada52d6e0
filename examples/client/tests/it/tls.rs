//! TLS: which certificates the client trusts.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::mock_server::{page, read_head};
use crate::run::{Run, command, finished};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Authority::self_signed(parameters, KeyPair::generate().expect("a key")).expect("a certificate")
}

/// Serves a page to one client, with a certificate for `name`. The thread returns the request, which is empty if the
/// client does not trust the certificate.
#[track_caller]
fn serve(authority: &Authority, name: &str) -> (String, JoinHandle<String>) {
    let key = KeyPair::generate().expect("a key");
    let parameters = CertificateParams::new([name.to_owned()]).expect("a name");
    let certificate = parameters.signed_by(&key, authority).expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("the provider has them").with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], key).expect("the key is the certificate's");

    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("https://localhost:{}/t", listener.local_addr().expect("an address").port());
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        let connection = ServerConnection::new(Arc::new(config)).expect("a valid configuration");
        let mut stream = StreamOwned::new(connection, stream);
        let head = read_head(&mut stream);
        if !head.is_empty() {
            stream.write_all(page(1, None).as_bytes()).expect("the client reads");
            stream.conn.send_close_notify();
            stream.flush().expect("the client reads");
        }
        head
    });
    (url, server)
}

/// Runs the client on a system that trusts one authority.
#[track_caller]
fn run(trusted: &Authority, url: &str) -> Run {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(&file, trusted.pem()).expect("a file can be written");
    let mut client = command();
    client.env("TOKENFOLIO_SECRET", "7|secret").env("SSL_CERT_FILE", file.path()).env_remove("SSL_CERT_DIR").arg(url);
    finished(client.output().expect("the client starts"))
}

#[test]
fn a_server_with_a_trusted_certificate_receives_the_request() {
    let authority = authority();
    let (url, server) = serve(&authority, "localhost");
    let run = run(&authority, &url);
    assert_eq!((run.code, run.out.lines().count()), (Some(0), 2), "{}", run.err);
    assert!(server.join().expect("it serves").contains("\nauthorization: Bearer 7|secret"));
}

#[test]
fn a_server_with_an_untrusted_certificate_receives_no_secret() {
    let known = authority();
    for (authority, name) in [(&authority(), "localhost"), (&known, "api.example.com")] {
        let (url, server) = serve(authority, name);
        let run = run(&known, &url);
        assert_eq!((run.code, &*run.out), (Some(1), ""));
        assert!(run.err.starts_with("error: no response: ") && run.err.contains("certificate"), "{}", run.err);
        assert_eq!(server.join().expect("it serves"), "");
    }
}
